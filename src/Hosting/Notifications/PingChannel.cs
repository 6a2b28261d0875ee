using System.Text;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// Tells a dead-man monitor how a backup goes, in the manner of Healthchecks: the URL with <c>/start</c>, as it is, with
/// <c>/fail</c>, and with <c>/log</c>, which changes nothing there.
/// </summary>
internal sealed class PingChannel(PingOptions options)
{
    public const string Start = "/start";
    public const string Success = "";
    public const string Fail = "/fail";
    public const string Log = "/log";

    public bool IsSet => options is not { Url: null, UrlFile: null };

    /// <exception cref="AbfException">It could not be told.</exception>
    public async Task SendAsync(string signal, string message, CancellationToken cancellationToken)
    {
        string setting = options.UrlFile is null ? "notify.ping.url" : "notify.ping.urlFile";
        string text = options.Url ?? SecretFile.Read(options.UrlFile!, setting).Value.Reveal();
        var url = new UriBuilder(HttpSender.ParseUrl(text.Trim(), setting));
        url.Path = url.Path.TrimEnd('/') + signal;
        using var content = new StringContent(message, Encoding.UTF8, "text/plain");
        await HttpSender.PostAsync(url.Uri, content, setting, cancellationToken);
    }
}
