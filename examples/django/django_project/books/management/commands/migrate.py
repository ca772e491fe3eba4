"""Django's own `migrate`, by one instance at a time."""

from django.core.management.commands import migrate
from django.db import DatabaseError, OperationalError, connections
from django.db.migrations.exceptions import MigrationSchemaMissing
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from books.database import one_at_a_time, reach, refusal


class Command(migrate.Command):
    """Applies migrations, however many instances start at once.

    Ends the process with one line if the database cannot be reached or
    written; a fault in a migration keeps its stack trace.
    """

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        reach(connection)
        try:
            with one_at_a_time(connection):
                return super().handle(*args, **options)
        except DatabaseError as error:
            if not _is_refused(error):
                raise
            raise refusal(connection, error) from None


def _is_refused(error: DatabaseError) -> bool:
    if isinstance(error, (OperationalError, MigrationSchemaMissing)):
        return True
    refused = (InsufficientPrivilege, ReadOnlySqlTransaction)
    return isinstance(error.__cause__, refused)
