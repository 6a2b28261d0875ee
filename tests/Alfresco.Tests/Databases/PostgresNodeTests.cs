using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresNodeTests(PostgresFixture server)
{
    [Theory]
    [InlineData("")]
    [InlineData("TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")]
    public async Task Nodes_are_told_with_their_names_parents_and_contents(string options)
    {
        string source = await server.CreateAlfrescoAsync(options: options);
        await new NodeRowCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql),
            yes: "true",
            no: "false"
        ).RunAsync();
    }
}
