using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>
/// Version-level immutability in front of Azurite, which has none: what Azure's blob service answers where a policy or
/// a legal hold keeps a blob. Needs a SAS, since requests are changed on their way.
/// </summary>
/// <param name="time">Says when a policy ends.</param>
public sealed class ImmutableAzure(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    private const string UntilHeader = "x-ms-immutability-policy-until-date";
    private const string ModeHeader = "x-ms-immutability-policy-mode";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _held = new(StringComparer.Ordinal);
    private int _refused;

    /// <summary>The container's own policy, which each new blob gets.</summary>
    public TimeSpan KeepsFor { get; set; }

    /// <summary>A policy of the container as a whole: no blob shows a date, and none can be moved.</summary>
    public bool HidesDates { get; init; }

    /// <summary>Deletions and replacements that were refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <param name="end">Of the blob's path.</param>
    public void Hold(string end) => _held[PathOf(end)] = 0;

    public void Release(string end) => _held.TryRemove(PathOf(end), out _);

    public DateTimeOffset UntilOf(string end) => _until[PathOf(end)];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        string path = request.RequestUri!.AbsolutePath;
        string[] query = request.RequestUri.Query.TrimStart('?').Split('&');
        bool isWhole = !query.Any(part => part.StartsWith("comp=", StringComparison.Ordinal));
        if (query.Contains("comp=immutabilityPolicies"))
        {
            return Move(request, path);
        }

        bool changes = request.Method == HttpMethod.Put || request.Method == HttpMethod.Delete;
        if (isWhole && changes && Keeps(path) is { } why)
        {
            Interlocked.Increment(ref _refused);
            return Refuse(request, why);
        }

        if (query.Contains("comp=list"))
        {
            return await ListAsync(request, query, cancellationToken);
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (isWhole && request.Method == HttpMethod.Put && response.StatusCode == HttpStatusCode.Created)
        {
            _until[path] = time.GetUtcNow() + KeepsFor;
        }

        if (request.Method == HttpMethod.Head && response.IsSuccessStatusCode)
        {
            Describe(response, path);
        }

        return response;
    }

    private string? Keeps(string path) =>
        _held.ContainsKey(path) ? "BlobImmutableDueToLegalHold"
        : _until.TryGetValue(path, out DateTimeOffset until) && until > time.GetUtcNow() ? "BlobImmutableDueToPolicy"
        : null;

    /// <summary>Set Immutability Policy, of a locked one: to a later date alone.</summary>
    private HttpResponseMessage Move(HttpRequestMessage request, string path)
    {
        DateTimeOffset until = DateTimeOffset.Parse(
            request.Headers.GetValues(UntilHeader).Single(),
            CultureInfo.InvariantCulture
        );
        if (
            HidesDates
            || !request.Headers.GetValues(ModeHeader).Single().Equals("locked", StringComparison.OrdinalIgnoreCase)
            || _until[path] > until
        )
        {
            return Refuse(request, "ImmutabilityPolicyDeleteOnLockedPolicy");
        }

        _until[path] = until;
        var moved = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request };
        Describe(moved, path);
        return moved;
    }

    private void Describe(HttpResponseMessage response, string path)
    {
        if (!HidesDates && _until.TryGetValue(path, out DateTimeOffset until))
        {
            response.Headers.Add(UntilHeader, until.ToString("R", CultureInfo.InvariantCulture));
            response.Headers.Add(ModeHeader, "locked");
        }

        if (_held.ContainsKey(path))
        {
            response.Headers.Add("x-ms-legal-hold", "true");
        }
    }

    private async Task<HttpResponseMessage> ListAsync(
        HttpRequestMessage request,
        string[] query,
        CancellationToken cancellationToken
    )
    {
        bool isAsked = query.Any(IsPolicyAskedFor);
        request.RequestUri = new UriBuilder(request.RequestUri!)
        {
            Query = string.Join('&', query.Where(part => !IsPolicyAskedFor(part))),
        }.Uri;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (!isAsked || HidesDates || !response.IsSuccessStatusCode)
        {
            return response;
        }

        XDocument page = XDocument.Parse(
            (await response.Content.ReadAsStringAsync(cancellationToken)).TrimStart('\uFEFF')
        );
        string container = request.RequestUri.AbsolutePath.TrimEnd('/');
        foreach (XElement blob in page.Descendants("Blob"))
        {
            if (_until.TryGetValue($"{container}/{blob.Element("Name")!.Value}", out DateTimeOffset until))
            {
                blob.Element("Properties")!
                    .Add(
                        new XElement("ImmutabilityPolicyUntilDate", until.ToString("R", CultureInfo.InvariantCulture)),
                        new XElement("ImmutabilityPolicyMode", "locked")
                    );
            }
        }

        response.Content = new StringContent(page.ToString(), Encoding.UTF8, "application/xml");
        return response;
    }

    private static bool IsPolicyAskedFor(string part) =>
        part.Equals("include=immutabilitypolicy", StringComparison.OrdinalIgnoreCase);

    private static HttpResponseMessage Refuse(HttpRequestMessage request, string code)
    {
        var response = new HttpResponseMessage(HttpStatusCode.Conflict)
        {
            RequestMessage = request,
            Content = new StringContent(
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>No.</Message></Error>",
                Encoding.UTF8,
                "application/xml"
            ),
        };
        response.Headers.Add("x-ms-error-code", code);
        return response;
    }

    private string PathOf(string end) => _until.Keys.Single(path => path.EndsWith($"/{end}", StringComparison.Ordinal));
}
