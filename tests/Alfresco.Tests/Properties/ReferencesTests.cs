using AlfrescoBackupFlows.Alfresco.Properties;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Properties;

public sealed class ReferencesTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["root"] = "/data",
        ["store"] = "${root}/store",
        ["env"] = "test",
        ["host.test"] = "db1",
        ["loop"] = "${back}",
        ["back"] = "x${loop}",
        ["self"] = "${self}",
    };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("${store}/x", "/data/store/x")]
    [InlineData("${root}${root}", "/data/data")]
    [InlineData("${host.${env}}", "db1")]
    [InlineData("${none:default}", "default")]
    [InlineData("${none:${root}}", "/data")]
    [InlineData("${root:default}", "/data")]
    [InlineData("${open", "${open")]
    [InlineData("$root {root}", "$root {root}")]
    public void References_are_expanded(string text, string expanded)
    {
        Assert.Equal(expanded, References.Expand(text, Values.GetValueOrDefault));
    }

    [Theory]
    [InlineData("${none}", "${none}, which is not set")]
    [InlineData("a${host.${none}}", "${none}, which is not set")]
    [InlineData("${loop}", "${loop} -> ${back} -> ${loop}")]
    [InlineData("${self}", "${self} -> ${self}")]
    public void What_leads_nowhere_is_named(string text, string named)
    {
        Assert.Contains(
            named,
            Assert.Throws<FormatException>(() => References.Expand(text, Values.GetValueOrDefault)).Message
        );
    }
}
