using AlfrescoBackupFlows.Api.Documents;

namespace AlfrescoBackupFlows.Api;

/// <summary>What the client did: a request that cannot be done as it stands. Becomes problem details.</summary>
public sealed class ApiException : Exception
{
    private ApiException(int status, string code, string title, string detail, string? running = null)
        : base(detail)
    {
        Problem = new Problem(title, status, detail, code, running);
    }

    public Problem Problem { get; }

    internal static ApiException NotFound(string what = "there is nothing at this address") =>
        new(404, "not-found", "Not found", what);

    internal static ApiException Invalid(string why) => new(400, "invalid-request", "Invalid request", why);

    /// <param name="running">The link of what is in the way.</param>
    internal static ApiException Busy(string why, string running) => new(409, "busy", "Busy", why, running);

    internal static ApiException Ended(string why) => new(409, "ended", "It has ended", why);

    internal static ApiException Refused(string why) => new(409, "refused", "Refused", why);

    internal static ApiException KeyReused() =>
        new(
            422,
            "idempotency-key-reused",
            "Idempotency-Key reused",
            "this Idempotency-Key came with another request before: use a new one"
        );

    internal static ApiException TooMany(string why) => new(429, "too-many-requests", "Too many requests", why);

    internal static ApiException NotConfigured(string why) => new(403, "not-configured", "Not configured", why);
}
