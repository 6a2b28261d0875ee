# syntax=docker/dockerfile:1.7
# The function app (src/Functions) with the database vendors' own clients. docs/cloud.md says how it is built, deployed and configured.
#
# Tags name a line of releases and move with its patches. A build that must be repeatable gives each base by digest:
#   docker build --build-arg FUNCTIONS_IMAGE=mcr.microsoft.com/azure-functions/dotnet-isolated@sha256:... .
# The workflow that publishes attests which digests went in.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG FUNCTIONS_IMAGE=mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0
# Built for Oracle Linux 9, whose C library is older than that of the app's image: so they run there.
ARG MYSQL_80_IMAGE=mysql:8.0-oraclelinux9
ARG MYSQL_84_IMAGE=mysql:8.4-oraclelinux9

FROM ${SDK_IMAGE} AS build
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props host.json local.settings.sample.json ./
COPY .editorconfig ./
COPY src src
RUN dotnet publish src/Functions -c Release -o /app -p:RunAnalyzers=false

FROM ${MYSQL_80_IMAGE} AS mysql-8.0
FROM ${MYSQL_84_IMAGE} AS mysql-8.4

FROM ${FUNCTIONS_IMAGE}
ARG POSTGRESQL_VERSIONS="14 15 16 17 18"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# PostgreSQL's own repository knows Debian and Ubuntu by code name, so this does not care which of them the base is.
# tzdata: the installation's time zone. Versions of packages are those of the day: security updates are why the image is built anew.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && install -d /usr/share/postgresql-common/pgdg \
 && curl -fsSL --proto '=https' -o /usr/share/postgresql-common/pgdg/apt.postgresql.org.asc https://www.postgresql.org/media/keys/ACCC4CF8.asc \
 && . /etc/os-release \
 && echo "deb [signed-by=/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc] https://apt.postgresql.org/pub/repos/apt ${VERSION_CODENAME}-pgdg main" >/etc/apt/sources.list.d/pgdg.list \
 && apt-get update \
 && read -ra versions <<<"${POSTGRESQL_VERSIONS}" \
 && apt-get install -y --no-install-recommends "${versions[@]/#/postgresql-client-}" mariadb-client tzdata \
 && rm -rf /var/lib/apt/lists/*

# Beside each other, for installation.database.toolPath: /usr/lib/postgresql/N/bin, /opt/mysql/8.0/bin, /opt/mysql/8.4/bin; MariaDB's are in /usr/bin.
COPY --from=mysql-8.0 /usr/bin/mysql /usr/bin/mysqldump /opt/mysql/8.0/bin/
COPY --from=mysql-8.4 /usr/bin/mysql /usr/bin/mysqldump /opt/mysql/8.4/bin/
# A tool that lacks a library is found here and not at night.
RUN for tool in /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/psql /opt/mysql/*/bin/mysqldump /opt/mysql/*/bin/mysql /usr/bin/mariadb-dump /usr/bin/mariadb; do "${tool}" --version || exit 1; done

COPY --from=build /app /home/site/wwwroot

# App Service runs this as root: a host of another user cannot write where the platform puts its logs (Azure/azure-functions-docker#1210, azure-functions-host#11107).
# Elsewhere, build with --build-arg RUN_AS=app: the user that the base brings (UID 1654).
ARG RUN_AS=root
RUN install -d -o "${RUN_AS}" -m 0700 /var/lib/abf \
 && if [ "${RUN_AS}" != root ]; then install -d -o "${RUN_AS}" /azure-functions-host/Secrets /home/data /home/LogFiles /home/.azurefunctions; fi

# A port that needs no privilege; app setting WEBSITES_PORT.
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    ASPNETCORE_URLS=http://+:8080 \
    ABF__STATE=/var/lib/abf
EXPOSE 8080
USER ${RUN_AS}
