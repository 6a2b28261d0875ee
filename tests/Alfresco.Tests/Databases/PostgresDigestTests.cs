using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresDigestTests(PostgresFixture server)
{
    [Theory]
    [InlineData("")]
    [InlineData("TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")]
    public async Task Rows_are_given_of_the_ranges_that_changed(string options)
    {
        string source = await server.CreateAlfrescoAsync(options: options);

        await new RowDigestCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql)
        ).RunAsync();
    }
}
