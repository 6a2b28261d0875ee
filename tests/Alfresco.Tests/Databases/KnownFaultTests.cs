using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>Which versions of the dump tools let a server slip something into a dump.</summary>
public sealed class KnownFaultTests
{
    [Theory]
    [InlineData("9.6.24", false)]
    [InlineData("12.22", false)]
    [InlineData("13.21", false)]
    [InlineData("13.22", true)]
    [InlineData("14.18", false)]
    [InlineData("14.19", true)]
    [InlineData("15.13", false)]
    [InlineData("15.14", true)]
    [InlineData("16.9", false)]
    [InlineData("16.10", true)]
    [InlineData("17", false)]
    [InlineData("17.5", false)]
    [InlineData("17.6", true)]
    [InlineData("18", true)]
    [InlineData("19.1", true)]
    [InlineData("unknown", false)]
    public void A_release_of_postgres_knows_the_restriction_or_not(string version, bool known) =>
        Assert.Equal(known, PostgresRestriction.IsKnownBy(version));

    [Theory]
    [InlineData("5.5.68", true)]
    [InlineData("5.7.44", true)]
    [InlineData("8.0.36", true)]
    [InlineData("8.0.37", false)]
    [InlineData("8.3.0", true)]
    [InlineData("8.4.0", false)]
    [InlineData("9.1.0", false)]
    [InlineData("10.3.39", true)]
    [InlineData("10.11.7", true)]
    [InlineData("10.11.8", false)]
    [InlineData("11.3.2", true)]
    [InlineData("11.4.2", false)]
    [InlineData("12.0.1", false)]
    public void A_release_of_mysql_or_mariadb_has_the_fault_or_not(string version, bool faulty) =>
        Assert.Equal(faulty, MySqlFaults.AreIn(Version.Parse(version)));
}
