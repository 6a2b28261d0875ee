using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbNodeTests(MariaDbFixture server)
{
    [Fact]
    public async Task Nodes_are_told_with_their_names_parents_and_contents()
    {
        string source = await server.CreateAlfrescoAsync();
        await new NodeRowCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql),
            yes: "1",
            no: "0"
        ).RunAsync();
    }
}
