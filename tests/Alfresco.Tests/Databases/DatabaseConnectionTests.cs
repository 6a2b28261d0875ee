using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class DatabaseConnectionTests
{
    [Theory]
    [InlineData("jdbc:postgresql://db.acme.com:5433/alfresco", "postgresql://db.acme.com:5433/alfresco")]
    [InlineData("jdbc:postgresql://localhost/alfresco?sslmode=require", "postgresql://localhost:5432/alfresco")]
    [InlineData("jdbc:postgresql:alfresco", "postgresql://localhost:5432/alfresco")]
    [InlineData("postgresql://[::1]:5433/a%20b%2Fc", "postgresql://[::1]:5433/a b/c")]
    [InlineData(
        "jdbc:mysql://localhost/alfresco?useUnicode=yes&characterEncoding=UTF-8",
        "mysql://localhost:3306/alfresco"
    )]
    [InlineData("jdbc:mysql:///alfresco", "mysql://localhost:3306/alfresco")]
    [InlineData("jdbc:mariadb://10.0.0.1:3307/alfresco", "mariadb://10.0.0.1:3307/alfresco")]
    public void An_installations_url_is_read_as_the_driver_reads_it(string url, string place) =>
        Assert.Equal(place, DatabaseConnection.FromInstallation(url, "alfresco", null, null).Place);

    [Theory]
    [InlineData(
        "jdbc:sqlserver://host;databaseName=alfresco",
        "'sqlserver', which is not supported: use one of postgresql, mysql, mariadb"
    )]
    [InlineData(
        "jdbc:oracle:thin:@host:1521:sid",
        "'oracle', which is not supported: use one of postgresql, mysql, mariadb"
    )]
    [InlineData("jdbc:mysqlx://host/alfresco", "'mysqlx', which is not supported")]
    [InlineData("host/alfresco", "is not a database URL")]
    [InlineData(
        "geheim@host:5432/alfresco",
        "is not a database URL: write jdbc:SCHEME://host:port/name with one of the schemes postgresql, mysql, mariadb"
    )]
    [InlineData("postgresql://host:5432", "names no database")]
    [InlineData("postgresql://host:99999/x", "port")]
    [InlineData("postgresql://a:1,b:2/x", "several hosts")]
    [InlineData("postgresql://a%2Cb/x", "several hosts")]
    [InlineData("postgresql://a%2cb:5433/x", "several hosts")]
    [InlineData("mysql://%28host=a%29/x", "several hosts")]
    [InlineData("postgresql://a%3A1/x", "neither a name nor an address")]
    [InlineData("postgresql://a%0Ab/x", "neither a name nor an address")]
    [InlineData("postgresql://host%00/x", "neither a name nor an address")]
    [InlineData("postgresql://host/a%00b", "U+0000")]
    [InlineData("mariadb://host/a%00b", "U+0000")]
    [InlineData("postgresql://host/x?sslrootcert=%00", "U+0000")]
    [InlineData("postgresql://host/100%", "%25")]
    public void A_url_that_cannot_be_used_is_refused_by_the_settings_name(string url, string why)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            DatabaseConnection.FromInstallation(url, "alfresco", null, null)
        );
        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.Contains("installation.database.url", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("al\0f", "s", null, "installation.database.username")]
    [InlineData("alf", "s\0", null, "installation.database.passwordFile")]
    [InlineData("alf", "s", "public\0", "db.schema.name")]
    public void A_null_character_is_refused_by_the_settings_name(
        string user,
        string password,
        string? schema,
        string setting
    )
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            DatabaseConnection.FromInstallation("postgresql://host/x", user, new Secret(password), null, schema)
        );
        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith(setting + " holds a character U+0000", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_vendor_is_found_by_each_of_its_schemes_and_by_no_other()
    {
        foreach (IDatabaseVendor vendor in DatabaseVendors.All)
        {
            Assert.All(
                vendor.Schemes,
                scheme =>
                {
                    DatabaseConnection connection = DatabaseConnection.FromRestoreUrl(
                        $"{scheme}://user@host/name",
                        null,
                        null
                    );
                    Assert.Same(vendor, connection.Vendor);
                    Assert.Equal(vendor.DefaultPort, connection.Port);
                    Assert.Equal($"{vendor.Schemes[0]}://host:{vendor.DefaultPort}/name", connection.Place);
                }
            );
        }
    }

    [Theory]
    [InlineData("postgresql://alfresco:geheim@host/x")]
    [InlineData("mysql://alfresco:@host/x")]
    [InlineData("postgresql://alfresco@host/x?password=geheim")]
    public void A_restores_url_with_a_password_is_refused_without_repeating_it(string url)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            DatabaseConnection.FromRestoreUrl(url, null, null)
        );
        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.Contains("--database-password-file", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restores_url_gives_user_host_port_and_name_decoded()
    {
        var connection = DatabaseConnection.FromRestoreUrl(
            "mariadb://al%40fresco@host:3307/x%3Fy?sslMode=DISABLED",
            new Secret("s"),
            "/opt/bin"
        );
        Assert.Equal(
            ("al@fresco", "host", 3307, "x?y", "DISABLED"),
            (
                connection.Username,
                connection.Host,
                connection.Port,
                connection.Database,
                connection.Parameters["sslmode"]
            )
        );
        Assert.Equal(ErrorKind.Target, connection.Names.Kind);
    }

    [Fact]
    public void A_password_in_a_jdbc_query_is_used_and_never_printed()
    {
        var connection = DatabaseConnection.FromInstallation(
            "jdbc:postgresql://host/x?user=alfresco&password=geheim&currentSchema=dms",
            null,
            null,
            null
        );
        Assert.Equal("geheim", connection.Password!.Reveal());
        Assert.Equal("dms", connection.SearchPath);
        Assert.DoesNotContain("geheim", connection.ToString(), StringComparison.Ordinal);
    }
}
