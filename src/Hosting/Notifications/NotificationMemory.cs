using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A problem that was told and not yet called over.</summary>
/// <param name="Since">When it was told first.</param>
/// <param name="Told">When it was told last.</param>
/// <param name="Title">As it was told last; null: an older version told it.</param>
internal sealed record StandingProblem(DateTimeOffset Since, DateTimeOffset Told, string Message, string? Title = null);

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
    TimeProvider time,
    Action<string> say
)
    where T : class
{
    /// <summary>A store that does not answer may be what is to be told just now: nobody waits for it as long as it takes
    /// to be sure of that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private T? _last;

    /// <summary>Null: nothing is known.</summary>
    public async Task<T?> ReadAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            if (await documents.ReadAsync(name, limit.Token).WaitAsync(limit.Token) is { Length: > 0 } bytes)
            {
                _last = JsonSerializer.Deserialize(bytes, type);
            }
        }
        catch (Exception e) when (NotificationMemory.IsFault(e))
        {
            say($"what was told earlier cannot be read ({e.Message}): it may be told again");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            say($"what was told earlier cannot be read within {Patience.TotalSeconds:0} seconds: it may be told again");
        }

        return _last;
    }

    public async Task WriteAsync(T value, CancellationToken cancellationToken)
    {
        _last = value;
        using var patience = new CancellationTokenSource(2 * Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
            await documents.WriteAsync(name, bytes, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (NotificationMemory.IsFault(e))
        {
            say($"what was told cannot be remembered ({e.Message}): it may be told again");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            say("what was told cannot be remembered in time: it may be told again");
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
