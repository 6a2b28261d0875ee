using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// Posts, once and within ten seconds: a run does not wait for who is told of it. No redirect is followed. What goes wrong
/// is said without the URL, which is a secret at most services.
/// </summary>
internal static class HttpSender
{
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    /// <param name="setting">The setting that the URL is from.</param>
    /// <exception cref="PermanentException">Configuration: it is no URL.</exception>
    public static Uri ParseUrl(string text, string setting) =>
        IsUrl(text)
            ? new Uri(text)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"{setting} has no URL that fits: write http:// or https://, a host and a path"
            );

    /// <exception cref="TransientException">Storage: it was not taken; why, in one line.</exception>
    public static async Task PostAsync(
        Uri url,
        HttpContent content,
        string setting,
        CancellationToken cancellationToken
    )
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Limit, MaxResponseContentBufferSize = MaxAnswerBytes };
        try
        {
            using HttpResponseMessage answer = await client.PostAsync(url, content, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw Fault($"the server answered {(int)answer.StatusCode}");
            }
        }
        catch (HttpRequestException e)
        {
            throw Fault(e.InnerException?.Message ?? e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault($"no answer within {Limit.TotalSeconds:0} seconds", e);
        }

        TransientException Fault(string why, Exception? inner = null) =>
            new(ErrorKind.Storage, $"{setting}: {url.Host} did not take the notification ({why})", inner);
    }
}
