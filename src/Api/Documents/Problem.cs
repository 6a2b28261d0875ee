using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary>Problem details (RFC 9457) of every answer that is an error, but for a bare 401.</summary>
/// <param name="Detail">One line for a person; never a secret, never a path of a file system.</param>
/// <param name="Code">
/// Stable, for programs: <c>not-found</c>, <c>invalid-request</c>, <c>busy</c>, <c>ended</c>,
/// <c>refused</c>, <c>idempotency-key-reused</c>, <c>not-configured</c>, <c>method-not-allowed</c>,
/// <c>too-many-requests</c>, or one of
/// <see cref="FailureCodes"/>.
/// </param>
/// <param name="Running">The link of the instance that is in the way; only with <c>busy</c>.</param>
public sealed record Problem(
    string Title,
    int Status,
    string Detail,
    string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Running
)
{
    public const string ContentType = "application/problem+json";

    /// <summary>What the code says needs no page of its own.</summary>
    public string Type { get; } = "about:blank";
}

/// <summary>Why a flow failed, or a request could not be answered.</summary>
/// <param name="Code">Stable: one of <see cref="FailureCodes"/>.</param>
/// <param name="Message">One line for a person, without paths; the host's log has it whole.</param>
public sealed record FailureDocument(string Code, string Message);
