using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A problem that was told and not yet called over.</summary>
/// <param name="Since">When it was told first.</param>
/// <param name="Told">When it was told last.</param>
internal sealed record StandingProblem(DateTimeOffset Since, DateTimeOffset Told, string Message);

/// <summary>
/// One document of what was told, kept beside the process. Where it cannot be read, what this process knows itself counts;
/// where it cannot be kept, things are told more often, and that is all.
/// </summary>
/// <param name="name">Of the document.</param>
/// <param name="say">Gets what could not be kept, a line each.</param>
internal sealed class NotificationMemory<T>(
    IKeptDocuments documents,
    string name,
    JsonTypeInfo<T> type,
    Action<string> say
)
    where T : class
{
    private T? _last;

    /// <summary>Null: nothing is known.</summary>
    public async Task<T?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await documents.ReadAsync(name, cancellationToken) is { Length: > 0 } bytes)
            {
                _last = JsonSerializer.Deserialize(bytes, type);
            }
        }
        catch (Exception e) when (NotificationMemory.IsFault(e))
        {
            say($"what was told earlier cannot be read ({e.Message}): it may be told again");
        }

        return _last;
    }

    public async Task WriteAsync(T value, CancellationToken cancellationToken)
    {
        _last = value;
        try
        {
            await documents.WriteAsync(name, JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);
        }
        catch (Exception e) when (NotificationMemory.IsFault(e))
        {
            say($"what was told cannot be remembered ({e.Message}): it may be told again");
        }
    }
}

/// <summary>What all of these documents have in common.</summary>
internal static class NotificationMemory
{
    public const int MaxBytes = 1 << 20;

    public static string NameOf(string installation, string? what = null) =>
        what is null ? $"notified/{installation}.json" : $"notified/{installation}.{what}.json";

    public static bool IsFault(Exception e) =>
        e is IOException or UnauthorizedAccessException or JsonException or AbfException;
}
