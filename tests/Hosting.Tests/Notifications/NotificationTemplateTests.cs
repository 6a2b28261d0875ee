using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>The recipes of the page, as they are typed from there, against a server.</summary>
public sealed class NotificationTemplateTests : IDisposable
{
    private const string Hostile = "he said \"no\"\n{{title}} \\ </b>";

    private readonly NotificationBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Slack_gets_one_text() =>
        Assert.Equal($"*acme: mirrors*\n{Hostile}", (await SendAsync("Slack")).GetProperty("text").GetString());

    [Fact]
    public async Task Teams_gets_a_card()
    {
        JsonElement card = (await SendAsync("Teams")).GetProperty("attachments")[0];

        Assert.Equal("application/vnd.microsoft.card.adaptive", card.GetProperty("contentType").GetString());
        Assert.Equal(
            ["acme: mirrors", Hostile],
            card.GetProperty("content")
                .GetProperty("body")
                .EnumerateArray()
                .Select(b => b.GetProperty("text").GetString())
        );
    }

    [Fact]
    public async Task Ntfy_gets_a_message_for_its_topic()
    {
        JsonElement sent = await SendAsync("ntfy");

        Assert.Equal(
            ("alfresco-backup", "acme: mirrors", Hostile),
            (
                sent.GetProperty("topic").GetString(),
                sent.GetProperty("title").GetString(),
                sent.GetProperty("message").GetString()
            )
        );
    }

    [Fact]
    public void The_page_shows_the_document_as_it_is()
    {
        var shown = new Notification(
            "backup",
            "problem",
            "acme",
            "acme: the backup failed",
            "the database cannot be reached",
            "20260520T013000Z-1a2b3c4d",
            new DateTime(2026, 5, 20, 1, 30, 12, DateTimeKind.Utc),
            null
        );

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Block("## Webhook")), JsonNode.Parse(shown.ToJson())));
    }

    [Theory]
    [InlineData("{ \"text\": \"{{titel}}\" }", "names {{titel}}: write one of version, event, state, ")]
    [InlineData("{ \"text\": ", "is not valid JSON")]
    [InlineData("null", "is not valid JSON")]
    [InlineData("{ \"text\": \"\\ud800\" }", "is not valid JSON")]
    [InlineData("{ \"\\ud800\": \"text\" }", "is not valid JSON")]
    [InlineData("{ \"text\": \"a\", \"text\": \"b\" }", "is not valid JSON")]
    [InlineData("{ \"text\": { \"text\": \"a\", \"text\": \"b\" } }", "is not valid JSON")]
    public void A_template_that_does_not_fit_is_named(string template, string fault)
    {
        string path = _bench.WriteFile("template", template);

        PermanentException e = Assert.Throws<PermanentException>(() => NotificationTemplate.Check(path));

        Assert.Equal(ErrorKind.Configuration, e.Kind);
        Assert.StartsWith($"notify.webhook.templateFile '{path}' {fault}", e.Message);
    }

    private async Task<JsonElement> SendAsync(string recipe)
    {
        _bench.Options.Webhook.TemplateFile = _bench.WriteFile("template", Block($"### {recipe}"));
        using Notifier notifier = _bench.NewNotifier();
        await notifier.ObserveAsync(new Observation(NotificationEvents.Mirror, "mirrors", Hostile, run: null));
        Assert.Empty(_bench.Said);
        return JsonElement.Parse(Assert.Single(_bench.Server.Seen).Body);
    }

    /// <summary>The first block of JSON beneath a heading.</summary>
    private static string Block(string heading, [CallerFilePath] string here = "")
    {
        string page = File.ReadAllText(
                Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "notifications.md")
            )
            .ReplaceLineEndings("\n");
        Match block = Regex.Match(
            page[page.IndexOf($"\n{heading}\n", StringComparison.Ordinal)..],
            "```json\n(?<json>.*?)```",
            RegexOptions.Singleline | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        return block.Groups["json"].Value;
    }
}
