"""A real server that speaks S3, with a bucket named films."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEYS = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(endpoint):
    made = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1"
    )
    made.create_bucket(Bucket="films")
    yield made
    for found in made.list_objects_v2(Bucket="films").get("Contents", []):
        made.delete_object(Bucket="films", Key=found["Key"])
    made.delete_bucket(Bucket="films")
