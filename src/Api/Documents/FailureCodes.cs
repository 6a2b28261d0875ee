using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary>The kinds of failure as clients see them.</summary>
public static class FailureCodes
{
    public const string Unexpected = "unexpected";

    public static readonly IReadOnlyList<string> All = [.. Enum.GetValues<ErrorKind>().Select(Of)];

    public static string Of(ErrorKind kind) =>
        kind switch
        {
            ErrorKind.Configuration => "configuration",
            ErrorKind.Busy => "busy",
            ErrorKind.Source => "source",
            ErrorKind.Storage => "storage",
            ErrorKind.Repository => "repository",
            ErrorKind.Target => "target",
            ErrorKind.Cancelled => "cancelled",
            _ => Unexpected,
        };
}
