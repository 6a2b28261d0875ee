using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>Posts JSON: the document, or what a template makes of it; signed where there is a key.</summary>
internal sealed class WebhookChannel(WebhookOptions options) : IMessageChannel
{
    /// <summary><c>sha256=</c> and the HMAC of the body in hexadecimal digits, as GitHub and others write it.</summary>
    public const string SignatureHeader = "X-Abf-Signature";

    private const string UrlSetting = "notify.webhook.urlFile";

    public string Name => "webhook";

    public bool IsSet => options is not { UrlFile: null, Url: null };

    public async Task SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        string url = (options.Url ?? SecretFile.Read(options.UrlFile!, UrlSetting).Value).Reveal();
        byte[] body = options.TemplateFile is { } template
            ? NotificationTemplate.Read(template).Render(notification)
            : notification.ToJson();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Secret? key =
            options.Secret
            ?? (options.SecretFile is { } file ? SecretFile.Read(file, "notify.webhook.secretFile").Value : null);
        if (key is { } secret)
        {
            byte[] hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret.Reveal()), body);
            content.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(hash)}");
        }

        await HttpSender.PostAsync(HttpSender.ParseUrl(url.Trim(), UrlSetting), content, UrlSetting, cancellationToken);
    }
}
