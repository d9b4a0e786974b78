#!/usr/bin/env bash
# Runs once, on an empty volume: the product owns its database without being a superuser.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$CONGVU_SERVERS__POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE congvu LOGIN PASSWORD :'password';
CREATE DATABASE congvu OWNER congvu;
SQL
