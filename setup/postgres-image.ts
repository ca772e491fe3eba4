import type { ServerImage } from "./server-image.ts";

/** Makes the database of its first start as the official image does, whose superuser has the password in `POSTGRES_PASSWORD`. */
const ENTRYPOINT = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb --username=postgres --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 > /dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
exec postgres -c listen_addresses='*'
`;

/** Postgres, which answers on port 5432. */
export const postgresImage: ServerImage = {
  title: "Postgres",
  official: "postgres:17-alpine",
  made: "slipway-postgres:debian",
  package: "postgresql",
  instructions: [
    "RUN ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ \\",
    " && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data",
    "COPY entrypoint.sh /usr/local/bin/entrypoint.sh",
    "ENV PGDATA=/var/lib/postgresql/data",
    "VOLUME /var/lib/postgresql/data",
    "USER postgres",
    "EXPOSE 5432",
    "STOPSIGNAL SIGINT",
    'ENTRYPOINT ["sh", "/usr/local/bin/entrypoint.sh"]',
  ],
  files: { "entrypoint.sh": ENTRYPOINT },
};
