using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>A server that takes pings and a webhook, and a notifier that knows it; each notifier is as a new
/// process.</summary>
internal sealed class NotificationBench : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly HandClock _clock = new();

    public NotificationBench()
    {
        Options.Ping.Url = $"{Server.Url}/ping/1234?rid=1";
        Options.Webhook.UrlFile = WriteFile("url", $"{Server.Url}/hook?key=s3cret\n");
    }

    public HttpStandIn Server { get; } = new();

    public NotifyOptions Options { get; } = new();

    /// <summary>What could not be told.</summary>
    public List<string> Said { get; } = [];

    public IEnumerable<string> Pings =>
        Server.Seen.Where(seen => seen.Path.StartsWith("/ping", StringComparison.Ordinal)).Select(seen => seen.Path);

    /// <summary>What the webhook got: event, state, message.</summary>
    public IEnumerable<(string?, string?, string?)> Told =>
        Server
            .Seen.Where(seen => seen.Path.StartsWith("/hook", StringComparison.Ordinal))
            .Select(seen => JsonDocument.Parse(seen.Body).RootElement)
            .Select(json => (Text(json, "event"), Text(json, "state"), Text(json, "message")));

    public TimeProvider Time => _clock;

    public void Pass(TimeSpan time) => _clock.Now += time;

    internal Notifier NewNotifier(
        IReadOnlyList<IMessageChannel> channels,
        TimeSpan limit,
        IKeptDocuments? documents = null,
        TimeProvider? time = null
    ) =>
        new(
            Options,
            "acme",
            documents ?? new StateDocuments(_directory.Combine("state")),
            line => line,
            time ?? _clock,
            Said.Add
        )
        {
            Channels = channels,
            Limit = limit,
            LimitOfFaults = TimeSpan.FromMilliseconds(1),
        };

    /// <param name="asHosts">Lines are cleaned as hosts do, who make one line of what they get.</param>
    public Notifier NewNotifier(bool asHosts = false) =>
        new(
            Options,
            "acme",
            new StateDocuments(_directory.Combine("state")),
            line =>
                (asHosts ? line.ReplaceLineEndings(" ") : line).Replace(
                    "/opt/alfresco",
                    "[path]",
                    StringComparison.Ordinal
                ),
            _clock,
            Said.Add
        );

    /// <summary>As an earlier process left it.</summary>
    public Task WriteStateAsync(string name, string text) =>
        new StateDocuments(_directory.Combine("state")).WriteAsync(name, Encoding.UTF8.GetBytes(text), default);

    public string WriteFile(string name, string text)
    {
        string path = _directory.Combine(name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        Server.Dispose();
        _directory.Dispose();
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 5, 20, 1, 30, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
