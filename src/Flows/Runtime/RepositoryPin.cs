using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Remembers in the state directory which repository was found at a place. Another one that the same passphrase opens
/// (or none) is whole in itself: only this tells that it took the first one's place.
/// </summary>
/// <param name="state">The state directory.</param>
/// <param name="location">The place, as messages show it.</param>
public sealed class RepositoryPin(string state, string location)
{
    private const int MaxBytes = 1024;

    private readonly OwnTree _state = OwnTree.OpenPrivate(StateDirectory.Prepare(state));
    private readonly string _path =
        $"heads/place-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(location)))[..32]}";

    /// <summary>The repository that is remembered: its id; null where there is none, or nobody can tell.</summary>
    public string? Find()
    {
        try
        {
            return
                _state.TryReadAll(_path, MaxBytes) is { } bytes
                && Encoding.UTF8.GetString(bytes).Trim() is { Length: 32 } known
                && known.All(char.IsAsciiHexDigitLower)
                ? known
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Remembers the repository, the first time.</summary>
    /// <exception cref="PermanentException">Repository: another one was there before.</exception>
    public void Check(string repository)
    {
        try
        {
            if (_state.TryReadAll(_path, MaxBytes) is not { } bytes)
            {
                Replace(repository);
            }
            else if (Encoding.UTF8.GetString(bytes).Trim() is var known && known != repository)
            {
                throw new PermanentException(
                    ErrorKind.Repository,
                    $"repository.url: {location} holds the repository {repository}, where this machine saw "
                        + $"{(known.Length == 32 && known.All(char.IsAsciiHexDigitLower) ? known : "another one")} before: "
                        + "somebody may have put another in its place. If it is meant to be there, delete "
                        + $"{_state.Describe(_path)}"
                );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {_state.Describe(_path)} cannot be read or written ({e.Message}): make room, or give the right "
                    + "to write there",
                e
            );
        }
    }

    /// <summary>A new repository was begun at the place.</summary>
    public void Replace(string repository) =>
        _state.Replace(_path, $"{_path}.{Guid.NewGuid():n}", Encoding.ASCII.GetBytes(repository + "\n"));
}
