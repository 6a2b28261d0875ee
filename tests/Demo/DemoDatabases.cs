using System.Text;
using AlfrescoBackupFlows.Testing.Sample;
using CliWrap;
using MySqlConnector;
using Npgsql;

namespace AlfrescoBackupFlows.Demo;

/// <summary>The source and the target database of a demonstration, by connection, by URL and by dump.</summary>
internal sealed class DemoDatabases(DemoEndpoints endpoints)
{
    /// <summary>As <c>abf restore --database</c> takes it.</summary>
    public string TargetUrl =>
        $"{(endpoints.MariaDb ? "mysql" : "postgresql")}://{endpoints.Username}@{endpoints.Host}:{endpoints.Port}/{endpoints.Target}";

    public SampleDatabase Source =>
        endpoints.MariaDb
            ? new SampleDatabase(
                () => MySql(endpoints.Source),
                $"jdbc:mariadb://{endpoints.Host}:{endpoints.Port}/{endpoints.Source}",
                endpoints.Username,
                endpoints.Password,
                AlfrescoSchema.MariaDb
            )
            : new SampleDatabase(
                () => Postgres(endpoints.Source),
                $"jdbc:postgresql://{endpoints.Host}:{endpoints.Port}/{endpoints.Source}",
                endpoints.Username,
                endpoints.Password,
                AlfrescoSchema.PostgreSql
            );

    /// <summary>Holds the vendor's own dumps of both against each other, line by line, in whatever order the rows come.
    /// Null where they are equal.</summary>
    public async Task<string?> CompareAsync(CancellationToken cancellationToken)
    {
        string[] source = await DumpAsync(endpoints.Source, cancellationToken);
        string[] target = await DumpAsync(endpoints.Target, cancellationToken);
        if (source.Length < 100)
        {
            return $"the source's dump has {source.Length} lines only";
        }

        return source.AsSpan().SequenceEqual(target)
            ? null
            : $"the dumps differ: {source.Except(target).Concat(target.Except(source)).FirstOrDefault() ?? "in the number of equal lines"}";
    }

    private async Task<string[]> DumpAsync(string database, CancellationToken cancellationToken)
    {
        string port = endpoints.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Command command = endpoints.MariaDb
            ? CliWrap
                .Cli.Wrap("mariadb-dump")
                .WithArguments([
                    "--host",
                    endpoints.Host,
                    "--port",
                    port,
                    "--user",
                    endpoints.Username,
                    "--skip-comments",
                    "--skip-extended-insert",
                    "--hex-blob",
                    "--routines",
                    database,
                ])
                .WithEnvironmentVariables(e => e.Set("MYSQL_PWD", endpoints.Password))
            : CliWrap
                .Cli.Wrap("pg_dump")
                .WithArguments([
                    "--host",
                    endpoints.Host,
                    "--port",
                    port,
                    "--username",
                    endpoints.Username,
                    "--no-password",
                    database,
                ])
                .WithEnvironmentVariables(e => e.Set("PGPASSWORD", endpoints.Password));
        var lines = new List<string>();

        // pg_dump draws a random key for these two lines at each call.
        await (
            command
            | PipeTarget.ToDelegate(
                line =>
                {
                    if (
                        !line.StartsWith(@"\restrict", StringComparison.Ordinal)
                        && !line.StartsWith(@"\unrestrict", StringComparison.Ordinal)
                    )
                    {
                        lines.Add(line);
                    }
                },
                Encoding.UTF8
            )
        ).ExecuteAsync(cancellationToken);
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    private MySqlConnection MySql(string database) =>
        new(
            new MySqlConnectionStringBuilder
            {
                Server = endpoints.Host,
                Port = (uint)endpoints.Port,
                Database = database,
                UserID = endpoints.Username,
                Password = endpoints.Password,
                Pooling = false,
            }.ConnectionString
        );

    private NpgsqlConnection Postgres(string database) =>
        new(
            new NpgsqlConnectionStringBuilder
            {
                Host = endpoints.Host,
                Port = endpoints.Port,
                Database = database,
                Username = endpoints.Username,
                Password = endpoints.Password,
                Pooling = false,
            }.ConnectionString
        );
}
