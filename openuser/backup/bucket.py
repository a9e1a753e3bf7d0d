"""Backups in a bucket of an S3 service, uploaded in parts as they are made."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core.storage.s3 import CONNECT_SECONDS, READ_SECONDS, TRIES
from openuser.backup.exceptions import BackupError

PART = 32 * 1024 * 1024  # an upload has at most 10,000 parts
BLOCK = 1024 * 1024
GONE = frozenset({"NoSuchKey", "404"})


class Bucket:
    """A folder of a bucket."""

    def __init__(self, bucket: str, prefix: str, **options: Any) -> None:
        """Args: options: of boto3's client, such as its endpoint and keys."""
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"max_attempts": TRIES, "mode": "standard"},
        )
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._client = boto3.client("s3", config=config, **options)

    def files(self) -> Iterator[tuple[str, int]]:
        with _as_backup_errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                for item in page.get("Contents", []):
                    yield item["Key"].removeprefix(self._prefix), int(item["Size"])

    @contextmanager
    def new(self, name: str) -> Iterator["_Upload"]:
        with _as_backup_errors():
            upload = _Upload(self._client, self._bucket, self._prefix + name)
            try:
                yield upload
                upload.complete()
            except BaseException:
                upload.abort()
                raise

    def open(self, name: str) -> IO[bytes]:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                raise FileNotFoundError(name) from error
            raise _refused(error) from error
        except BotoCoreError as error:
            raise _refused(error) from error
        return io.BufferedReader(body, BLOCK)

    def delete(self, name: str) -> None:
        with _as_backup_errors():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def free(self) -> int | None:
        return None


class _Upload:
    """An upload of several parts; nothing is there until it is complete."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client, self._place = client, {"Bucket": bucket, "Key": key}
        self._place["UploadId"] = client.create_multipart_upload(**self._place)["UploadId"]
        self._buffer, self._parts = bytearray(), list[dict[str, Any]]()

    def write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= PART:
            self._send()

    def complete(self) -> None:
        self._send()
        self._client.complete_multipart_upload(**self._place, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        self._client.abort_multipart_upload(**self._place)

    def _send(self) -> None:
        number = len(self._parts) + 1
        answer = self._client.upload_part(**self._place, PartNumber=number, Body=bytes(self._buffer))
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})
        self._buffer.clear()


@contextmanager
def _as_backup_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise _refused(error) from error


def _refused(error: Exception) -> BackupError:
    response = getattr(error, "response", None) or {}
    why = response.get("Error", {}).get("Code") or type(error).__name__
    remedy = "Check OPENUSER_BACKUP_TO and the keys of the bucket: they must read, write, list and delete."
    return BackupError(f"The bucket refuses it ({why}).", code="bucket", remedy=remedy)
