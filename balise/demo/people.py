"""Who the demo is about: fictional companies, people and cards, as closed data.

Telephone numbers come from the ranges that the French regulator keeps for fiction (01 99 00,
06 39 98…), addresses of mail and sites from `.example`: nobody real can be reached by mistake.
Ids are fixed so that a printed or bookmarked demo address keeps working.
"""

from dataclasses import dataclass
from typing import Literal

from schema.tiers import CATALOGUE, Tier

PASSWORD = "bienvenue-a-bord"  # noqa: S105 - known to everybody on purpose: it opens the demo only

Theme = Literal["noyer", "vanille", "alize", "corail", "lagon", "niaouli", "ardoise"]


@dataclass(frozen=True, slots=True)
class DemoCard:
    id: str
    first_name: str
    last_name: str
    job: str
    company: str
    pitch: str
    """One sentence in the person's own words, never translated, like the whole card's content."""
    zone: str
    theme: Theme
    mobile: str
    """International form, digits only after the plus."""
    landline: str
    email: str
    website: str
    street: str
    postcode: str
    town: str
    country: str
    linkedin: str = ""
    instagram: str = ""
    booking: str = ""
    whatsapp: bool = False
    share: float = 1.0
    """How busy the card is compared with the others."""
    fairs: bool = False
    """Handed out at trade fairs: its traffic has the peak of one."""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        return self.first_name[0] + self.last_name[0]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    id: str
    name: str
    tier: Tier
    login: str
    cards: tuple[DemoCard, ...]


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    role: Literal["owner", "viewer", "ops"]
    account: DemoAccount | None
    label: str


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        id="KerouanEBN",
        name="Atelier Kerouan",
        tier="essentiel",
        login="essentiel@demo.example",
        cards=(
            DemoCard(
                id="mKerouan",
                first_name="Maëlle",
                last_name="Kerouan",
                job="Ébéniste d’art",
                company="Atelier Kerouan",
                pitch="Je restaure vos meubles anciens et je dessine ceux que vous ne trouvez pas.",
                zone="Europe/Paris",
                theme="noyer",
                mobile="+33639980112",
                landline="+33261910112",
                email="maelle@atelier-kerouan.example",
                website="https://atelier-kerouan.example",
                street="14 rue du Port-Creux",
                postcode="35000",
                town="Rennes",
                country="France",
                instagram="https://www.instagram.example/atelier.kerouan",
                share=0.45,
            ),
        ),
    ),
    DemoAccount(
        id="PayetARCHI",
        name="Payet & Hoarau Architectes",
        tier="premium",
        login="premium@demo.example",
        cards=(
            DemoCard(
                id="aPayet97",
                first_name="Anne-Laure",
                last_name="Payet",
                job="Architecte associée",
                company="Payet & Hoarau Architectes",
                pitch="Des maisons ventilées par les alizés, sans climatisation.",
                zone="Indian/Reunion",
                theme="vanille",
                mobile="+33639980234",
                landline="+33199000234",
                email="al.payet@payet-hoarau.example",
                website="https://payet-hoarau.example",
                street="27 rue Sainte-Marie",
                postcode="97400",
                town="Saint-Denis",
                country="La Réunion",
                linkedin="https://www.linkedin.example/in/anne-laure-payet",
                booking="https://payet-hoarau.example/rendez-vous",
                whatsapp=True,
                share=0.9,
            ),
        ),
    ),
    DemoAccount(
        id="AlizeSOLEI",
        name="Alizé Énergies",
        tier="force_de_vente",
        login="force-de-vente@demo.example",
        cards=(
            DemoCard(
                id="pMontout",
                first_name="Patrice",
                last_name="Montout",
                job="Responsable commercial",
                company="Alizé Énergies",
                pitch="Votre toit produit déjà de la chaleur. Faisons-lui produire du courant.",
                zone="America/Martinique",
                theme="alize",
                mobile="+33639980345",
                landline="+33199000345",
                email="patrice.montout@alize-energies.example",
                website="https://alize-energies.example",
                street="8 avenue des Caraïbes",
                postcode="97200",
                town="Fort-de-France",
                country="Martinique",
                linkedin="https://www.linkedin.example/in/patrice-montout",
                booking="https://alize-energies.example/etude-gratuite",
                whatsapp=True,
                share=1.6,
                fairs=True,
            ),
        ),
    ),
    DemoAccount(
        id="CorailGRPE",
        name="Groupe Corail Patrimoine",
        tier="multi_cartes",
        login="multi-cartes@demo.example",
        cards=(
            DemoCard(
                id="sDelmas1",
                first_name="Sophie",
                last_name="Delmas",
                job="Directrice générale",
                company="Groupe Corail Patrimoine",
                pitch="Investir outre-mer, avec quelqu’un qui y habite.",
                zone="Europe/Paris",
                theme="corail",
                mobile="+33639980401",
                landline="+33199000401",
                email="sophie.delmas@groupe-corail.example",
                website="https://groupe-corail.example",
                street="52 rue de Châteaudun",
                postcode="75009",
                town="Paris",
                country="France",
                linkedin="https://www.linkedin.example/in/sophie-delmas",
                booking="https://groupe-corail.example/sophie",
                share=1.2,
                fairs=True,
            ),
            DemoCard(
                id="tTeriiT1",
                first_name="Teiva",
                last_name="Teriitahi",
                job="Conseiller en patrimoine",
                company="Corail Tahiti",
                pitch="De Papeete à Moorea, je connais chaque servitude et chaque vue.",
                zone="Pacific/Tahiti",
                theme="lagon",
                mobile="+33639980402",
                landline="+33199000402",
                email="teiva@groupe-corail.example",
                website="https://groupe-corail.example/tahiti",
                street="Boulevard Pomare, immeuble Tiare",
                postcode="98714",
                town="Papeete",
                country="Polynésie française",
                instagram="https://www.instagram.example/corail.tahiti",
                whatsapp=True,
                share=0.7,
            ),
            DemoCard(
                id="nWamytan",
                first_name="Nadège",
                last_name="Wamytan",
                job="Conseillère en patrimoine",
                company="Corail Nouméa",
                pitch="Un premier achat se prépare à deux : vous et moi.",
                zone="Pacific/Noumea",
                theme="niaouli",
                mobile="+33639980403",
                landline="+33199000403",
                email="nadege@groupe-corail.example",
                website="https://groupe-corail.example/noumea",
                street="31 rue de Sébastopol",
                postcode="98800",
                town="Nouméa",
                country="Nouvelle-Calédonie",
                linkedin="https://www.linkedin.example/in/nadege-wamytan",
                whatsapp=True,
                share=0.6,
            ),
            DemoCard(
                id="jRivier2",
                first_name="Julien",
                last_name="Rivière",
                job="Conseiller en patrimoine",
                company="Corail Réunion",
                pitch="Entre lagon et volcan, un placement se choisit sur place.",
                zone="Indian/Reunion",
                theme="ardoise",
                mobile="+33639980404",
                landline="+33199000404",
                email="julien@groupe-corail.example",
                website="https://groupe-corail.example/reunion",
                street="5 rue du Lagon",
                postcode="97434",
                town="Saint-Gilles-les-Bains",
                country="La Réunion",
                linkedin="https://www.linkedin.example/in/julien-riviere",
                booking="https://groupe-corail.example/julien",
                share=0.8,
            ),
        ),
    ),
)

CARDS: tuple[DemoCard, ...] = tuple(card for account in ACCOUNTS for card in account.cards)
CARD_BY_ID: dict[str, DemoCard] = {card.id: card for card in CARDS}

USERS: tuple[DemoUser, ...] = (
    *(
        DemoUser(account.login, "owner", account, CATALOGUE[account.tier].label)
        for account in ACCOUNTS
    ),
    DemoUser("lecture@demo.example", "viewer", ACCOUNTS[-1], "Lecture seule"),
    DemoUser("ops@demo.example", "ops", None, "Exploitation"),
)
"""All with the same `PASSWORD`."""
