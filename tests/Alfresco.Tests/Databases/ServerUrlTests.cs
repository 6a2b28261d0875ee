using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>The URL of a server on which scratch databases are made.</summary>
public sealed class ServerUrlTests
{
    [Theory]
    [InlineData("postgresql://drill@db:5433", "postgres", "postgresql://drill@db:5433/x")]
    [InlineData("postgresql://drill@db:5433/", "postgres", "postgresql://drill@db:5433/x")]
    [InlineData("postgresql://drill@db/admin", "admin", "postgresql://drill@db/x")]
    [InlineData(
        "postgresql://drill@[::1]:5433?sslmode=verify-full&sslrootcert=/a/b",
        "postgres",
        "postgresql://drill@[::1]:5433/x?sslmode=verify-full&sslrootcert=/a/b"
    )]
    [InlineData("jdbc:mariadb://drill@db", "information_schema", "jdbc:mariadb://drill@db/x")]
    public void A_server_is_connected_to_and_a_database_on_it_has_a_URL(string url, string connects, string made)
    {
        Assert.Equal(connects, ServerUrl.Parse(url, password: null, toolPath: null, "--server").Database);
        Assert.Equal(made, ServerUrl.Of(url, "x"));
        Assert.Equal("x", DatabaseConnection.FromRestoreUrl(made, password: null, toolPath: null).Database);
    }

    [Theory]
    [InlineData("postgresql://drill:secret@db", "--server holds a password")]
    [InlineData("postgresql://db", "--server has no user")]
    [InlineData("oracle://drill@db", "--server has the scheme 'oracle', which is not supported")]
    [InlineData("/tmp/db", "--server is not a database URL")]
    public void What_is_wrong_is_said_by_the_setting_without_the_secret(string url, string says)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            ServerUrl.Parse(url, password: null, toolPath: null, "--server")
        );

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith(says, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }
}
