using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.SearchIndex;

public sealed class SolrDetailsTests
{
    [Theory]
    [InlineData("{ \"details\": { \"backup\": { \"snapshotName\": \"\\ud800\" } } }")]
    [InlineData("{ \"details\": [\"\\ud800\", 1, \"backup\", [\"snapshotName\", \"\\ud800\"]] }")]
    public void An_answer_with_half_of_a_character_is_no_answer(string json) =>
        Assert.Throws<JsonException>(() => SolrDetails.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Lists_of_names_and_values_are_read_as_objects_are()
    {
        SolrDetails details = SolrDetails.Parse(
            "{ \"details\": [\"backup\", [\"snapshotName\", \"a\", \"status\", \"success\", \"fileCount\", 3]] }"u8.ToArray()
        );

        Assert.Equal(new SolrDetails("a", IsSuccess: true, Fault: null, Files: 3), details);
    }
}
