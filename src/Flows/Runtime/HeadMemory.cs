using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Remembers the head of a repository's log in the state directory: a log that was cut or forked since then is broken.
/// Every command and every run that opens the repository looks here first.
/// </summary>
/// <param name="state">The state directory.</param>
/// <param name="repository">The repository's id.</param>
/// <param name="location">Where it was found, as messages show it.</param>
public sealed class HeadMemory(string state, string repository, string location)
{
    private const int MaxBytes = 64 * 1024;

    private readonly OwnTree _state = OwnTree.OpenPrivate(StateDirectory.Prepare(state));
    private readonly string _path = $"heads/{repository}.json";
    private readonly RepositoryPin _pin = new(state, location);

    /// <summary>Null: this machine sees the repository for the first time.</summary>
    private RememberedHead? Read()
    {
        try
        {
            return _state.TryReadAll(_path, MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, HeadJson.Default.RememberedHead)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {_state.Describe(_path)} cannot be read ({e.Message}): give it to the user that runs "
                    + "abf (chown)",
                e
            );
        }
        catch (JsonException e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {_state.Describe(_path)} is damaged: look whether the repository's sets are as they should "
                    + "be, then delete it",
                e
            );
        }
    }

    /// <summary>
    /// What the log is to be read against: one that was cut or forked since then says so in <see cref="LogHead.Break"/>.
    /// Null where this machine sees the repository for the first time.
    /// </summary>
    /// <exception cref="PermanentException">Repository: another one was there before.</exception>
    public RememberedHead? Recall()
    {
        _pin.Check(repository);
        return Read() is { } known ? known with { File = _state.Describe(_path) } : null;
    }

    /// <summary>
    /// Remembers a head that was read against <see cref="Recall"/>, or that was added to such a one. Of a broken log,
    /// what was remembered stays.
    /// </summary>
    /// <param name="warn">
    /// Gets the reason why the head cannot be remembered (a full disk, another user's file): no reason to read nothing.
    /// </param>
    public void Remember(LogHead head, Action<string> warn)
    {
        if (head.Break is null && TryWrite(head.Remember()) is { } fault)
        {
            warn(fault);
        }
    }

    /// <summary>Only forward: another command may have seen a newer head meanwhile.</summary>
    /// <returns>Why it could not be written; null where it was.</returns>
    private string? TryWrite(RememberedHead head)
    {
        if (Read() is { } known && known.Sequence >= head.Sequence)
        {
            return null;
        }

        try
        {
            _state.Replace(
                _path,
                $"{_path}.{Guid.NewGuid():n}",
                JsonSerializer.SerializeToUtf8Bytes(head, HeadJson.Default.RememberedHead)
            );
            return null;
        }
        catch (UnsafeEntryException e)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"state: {_state.Describe(_path)} cannot be written ({e.Message}): make room, or give the right to "
                + "write there";
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RememberedHead))]
internal sealed partial class HeadJson : JsonSerializerContext;
