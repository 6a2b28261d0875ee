using System.Globalization;
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

    [Theory]
    [InlineData(100, "characters")]
    [InlineData(0, "references")]
    public void A_few_lines_that_double_each_other_end_with_a_line(int length, string named)
    {
        string? Find(string name) =>
            int.Parse(name, CultureInfo.InvariantCulture) is var i and < 26
                ? $"${{{i + 1}}}${{{i + 1}}}"
                : new string('x', length);

        Assert.Contains(named, Assert.Throws<FormatException>(() => References.Expand("${0}", Find)).Message);
    }

    [Fact]
    public void A_long_way_and_a_deep_nest_end_with_a_line()
    {
        string? Next(string name) => $"${{{name}x}}";
        string nest = string.Concat(Enumerable.Repeat("${", 20_000)) + "a" + new string('}', 20_000);

        Assert.Contains("nests", Assert.Throws<FormatException>(() => References.Expand("${a}", Next)).Message);
        Assert.Contains("nests", Assert.Throws<FormatException>(() => References.Expand(nest, Next)).Message);
        Assert.Contains(
            "characters",
            Assert.Throws<FormatException>(() => References.Expand(new string('a', 100_000), Next)).Message
        );
    }
}
