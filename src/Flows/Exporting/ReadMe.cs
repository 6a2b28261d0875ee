using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>The page in an exported file for whoever has nothing else.</summary>
internal static class ReadMe
{
    public static byte[] Of(SetManifest set, DateTimeOffset now, bool hasCatalogue)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            A backup of the Alfresco installation '{set.Installation.Name}': set {set.Id}, begun {set.Started.UtcDateTime:u}, exported {now.UtcDateTime:u}.

            Everything in it is PLAIN TEXT: documents, database, keystore, passwords of the configuration. Keep it where only those may read it who
            may read all of that, and delete it when it is not needed any more.

            To restore it by hand you need tar, zstd, sha256sum and the client of the database. Alfresco and its search service are stopped meanwhile.

            1. Unpack it, as root, so that owners come back; then check every byte. A file named LOST says what the backup had lost.
                 mkdir restored && cd restored
                 zstd -dc FILE.tar.zst | tar -xf - --numeric-owner        (without --numeric-owner: owners by name)
                 sha256sum --quiet -c SHA256SUMS


            """
        );
        text.Append(set.Database is { } database ? Database(database) : "2. There is no database in it.\n");
        text.Append(
            """

            3. The files. The old alf_data is moved aside, never merged with this one. Alfresco's own user owns it.
                 mv /opt/alfresco/alf_data /opt/alfresco/alf_data.broken
                 mv alf_data /opt/alfresco/alf_data
               alf_data/configuration holds configuration files under their absolute paths: compare them, and copy them by hand.
               alf_data/stores/NAME are further stores: move each to the directory that the configuration names.

            """
        );
        text.AppendJoin('\n', Index(set.Index).Select(static line => $"   {PlainText.Escape(line)}"));
        text.Append(
            """


            4. Start Alfresco, and watch its log.

            MANIFEST.json says what is in it and how it was proved; required/ has the files that the database requires of each store
            (size, id of the content URL, path). 'abf import FILE.tar.zst' makes a set of it again.

            """
        );
        if (hasCatalogue)
        {
            text.Append(
                """

                One document: catalogue.jsonl has a line of JSON for each node of the database, with its path, times and content URLs.
                     grep 'report.pdf' catalogue.jsonl                        ("url":"store://2026/3/17/9/41/0b7c....bin")
                   store://X is the file alf_data/contentstore/X; NAME://X is alf_data/stores/NAME/X.

                """
            );
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static ImmutableArray<string> Index(SearchIndexCopyStamp index) =>
        index.Kind switch
        {
            "lucene" =>
            [
                "alf_data/lucene-indexes is the backup of the index, at the place of the live one: index.recovery.mode=AUTO for the "
                    + "first start.",
            ],
            "solr" =>
            [
                "alf_data/solr-indexes/CORE is the backup of a core of Solr: it takes the place of the core's directory 'index', and "
                    + "its directory 'tlog' is emptied.",
            ],
            _ => index.Reindex.IsDefault ? ["There is no index in it: it is built again."] : index.Reindex,
        };

    private static string Database(DatabaseStamp database) =>
        database.Vendor.Equals("PostgreSQL", StringComparison.OrdinalIgnoreCase)
            ? $"""
                2. The database, {database.Vendor} {database.ServerVersion}, into an empty one of that major version or a later one, as its owner and never as a superuser.
                     psql -X -v ON_ERROR_STOP=1 --single-transaction -d {Name(database)} -f database.sql
                   An old psql (before August 2025) does not know \restrict: leave out the two lines that begin with \restrict and \unrestrict.

                """
            : $"""
                2. The database, {database.Vendor} {database.ServerVersion}, into an empty one, as its owner.
                     mariadb {Name(database)} < database.sql          (with MySQL: mysql)

                """;

    /// <summary>For a shell.</summary>
    private static string Name(DatabaseStamp database) =>
        $"'{PlainText.Escape(database.Name).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
