using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

/// <summary>The fixtures that other tests stand on.</summary>
[Trait("needs", "server")]
public sealed class ServersTests
{
    private const string OddPassword = "p'a\"s s:w\\o%rd#\u00e9";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSQL_comes_up_with_an_odd_password_and_refuses_a_wrong_one()
    {
        await using PostgresServer server = await PostgresServer.StartAsync(
            new PostgresServerOptions { Password = OddPassword }
        );
        string database = await server.CreateDatabaseAsync("odd", Ct);
        await server.ExecuteAsync("CREATE TABLE t (a int)", database, Ct);
        await using NpgsqlConnection wrong = new(server.ConnectionString(database, password: "wrong"));
        await Assert.ThrowsAsync<PostgresException>(() => wrong.OpenAsync(Ct));
    }

    [Fact]
    public async Task MariaDB_comes_up_with_an_odd_password_and_refuses_a_wrong_one()
    {
        await using MariaDbServer server = await MariaDbServer.StartAsync(
            new MariaDbServerOptions { Password = OddPassword }
        );
        string database = await server.CreateDatabaseAsync("odd", Ct);
        await server.ExecuteAsync("CREATE TABLE t (a int)", database, Ct);
        await using MySqlConnection wrong = new(server.ConnectionString(database, password: "wrong"));
        await Assert.ThrowsAsync<MySqlException>(() => wrong.OpenAsync(Ct));
    }
}
