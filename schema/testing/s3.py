"""An S3-compatible service for tests: objects in memory, whole and in parts. Signatures are
verified by the published rules of AWS Signature Version 4, independently of who signs."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

KEY, SECRET, REGION, BUCKET = "BALISETESTKEY", "s3cret/of+the-double", "fr-par", "sauvegardes"

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<scope>(?P<day>\d{8})/(?P<region>[\w-]+)/s3/"
    r"aws4_request), ?SignedHeaders=(?P<signed>[\w;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(slots=True)
class S3Double:
    endpoint: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    """By key, of the one bucket."""
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """Of uploads under way."""
    refused: int = 0


@contextmanager
def serving() -> Iterator[S3Double]:
    double = S3Double()

    class Handler(_Handler):
        state = double

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        double.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield double
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: S3Double
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._signed(body):
            self.state.refused += 1
            self._answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        if bucket != BUCKET:
            self._answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
            return
        self._act(key, asked, body)

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 (the names of http.server)

    def _act(self, key: str, asked: dict[str, str], body: bytes) -> None:
        objects, uploads = self.state.objects, self.state.parts
        upload = asked.get("uploadId", "")
        if self.command == "GET" and not key:
            self._list(asked.get("prefix", ""))
        elif self.command == "GET" and key in objects:
            self._answer(200, objects[key])
        elif self.command == "GET":
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")
        elif self.command == "PUT" and upload:
            uploads[upload][int(asked["partNumber"])] = body
            self._answer(200, "")
        elif self.command == "PUT":
            objects[key] = body
            self._answer(200, "")
        elif "uploads" in asked:
            upload = f"upload{len(uploads)}"
            uploads[upload] = {}
            self._answer(200, _xml("InitiateMultipartUploadResult", UploadId=upload))
        elif upload:
            objects[key] = b"".join(part for _, part in sorted(uploads.pop(upload).items()))
            self._answer(200, _xml("CompleteMultipartUploadResult", ETag='"whole"'))
        else:  # POST ?delete
            keys = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for gone in keys:
                objects.pop(gone, None)
            told = "".join(f"<Deleted><Key>{gone}</Key></Deleted>" for gone in keys)
            self._answer(200, f"<DeleteResult>{told}</DeleteResult>")

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-20T12:00:00.000Z</LastModified>"
            f'<ETag>"x"</ETag><Size>{len(content)}</Size></Contents>'
            for key, content in sorted(self.state.objects.items())
            if key.startswith(prefix)
        )
        self._answer(
            200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        )

    def _answer(self, status: int, content: str | bytes) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 12:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def _signed(self, body: bytes) -> bool:
        found = _AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        if not found or (found["key"], found["region"]) != (KEY, REGION):
            return False
        digest = self.headers["x-amz-content-sha256"]
        if digest not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return False
        parts = urlsplit(self.path)
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
        )
        names = found["signed"].split(";")
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names)
        path = quote(unquote(parts.path), safe="/-_.~")
        request = "\n".join([self.command, path, query, headers, found["signed"], digest])
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                found["scope"],
                hashlib.sha256(request.encode()).hexdigest(),
            ]
        )
        key = f"AWS4{SECRET}".encode()
        for word in (*found["scope"].split("/"), text):
            key = hmac.digest(key, word.encode(), "sha256")
        return hmac.compare_digest(key.hex(), found["signature"])


def _xml(name: str, **fields: str) -> str:
    inside = "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items())
    return f"<{name}><Bucket>{BUCKET}</Bucket><Key>k</Key>{inside}</{name}>"
