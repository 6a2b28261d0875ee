using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// Requests to a host and what it answered: status, headers and body. Ids are numbered as they appear, times are left
/// out, and so are the sizes of what is sealed with random keys.
/// </summary>
internal sealed partial class Conversation(HttpClient client)
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);

    public List<string> Lines { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Asks, and notes both.</summary>
    /// <returns>The body as it came.</returns>
    public async Task<JsonElement> AskAsync(
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using HttpResponseMessage answer = await SendAsync(method, path, body, headers);
        string text = await answer.Content.ReadAsStringAsync(Token);
        string said =
            $"{answer.Content.Headers.ContentType} | Location: {answer.Headers.Location} | Cache-Control: {answer.Headers.CacheControl}\n{text}";
        Lines.Add(Mask($"{method} {path} {body?[..Math.Min(body.Length, 80)]}\n{(int)answer.StatusCode} {said}"));
        return text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
    }

    /// <summary>Looks until it has ended, and notes how.</summary>
    public async Task<JsonElement> FollowAsync(JsonElement started)
    {
        string path = started.GetProperty("links").GetProperty("status").GetString()!;
        while (true)
        {
            using HttpResponseMessage answer = await SendAsync("GET", path, null, []);
            if (
                !(await answer.Content.ReadAsStringAsync(Token)).Contains(
                    "\"state\":\"running\"",
                    StringComparison.Ordinal
                )
            )
            {
                return await AskAsync("GET", path);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), Token);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        string? body,
        (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Token);
    }

    private string Mask(string text)
    {
        text = Id()
            .Replace(
                text,
                id => _ids.TryGetValue(id.Value, out string? known) ? known : _ids[id.Value] = $"<id {_ids.Count + 1}>"
            );
        return Size().Replace(Time().Replace(text, "<time>"), "${name}<size>");
    }

    [GeneratedRegex(
        @"(?:verify-|restore-)[0-9a-f]{16}-[0-9a-f]{32}|\d{8}T\d{6}Z-[0-9a-f]{8}",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();

    [GeneratedRegex(
        @"(?<name>""(?:addedBytes|bytesPerSecond|bytesRead|dumpBytes|packBytes|unneededBytes)"":)[\d.E+-]+",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Size();
}
