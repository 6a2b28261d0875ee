using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbDigestTests(MariaDbFixture server)
{
    [Fact]
    public async Task Rows_are_given_of_the_ranges_that_changed()
    {
        string source = await server.CreateAlfrescoAsync();

        await new RowDigestCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql)
        ).RunAsync();
    }
}
