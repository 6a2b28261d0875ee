using AlfrescoBackupFlows.Platform.Errors;
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
    private readonly HeadFile _file = new(state, PathOf(repository));
    private readonly RepositoryPin _pin = new(state, location);

    /// <summary>
    /// What the log is to be read against: one that was cut or forked since then says so in <see cref="LogHead.Break"/>.
    /// Null where this machine sees the repository for the first time.
    /// </summary>
    /// <exception cref="PermanentException">Repository: another one was there before.</exception>
    public RememberedHead? Recall()
    {
        _pin.Check(repository);
        return _file.Read();
    }

    /// <summary>The head of the repository that was found at a place last; null where nothing can be told.</summary>
    public static RememberedHead? Find(string state, string location)
    {
        try
        {
            return new RepositoryPin(state, location).Find() is { } repository
                ? new HeadFile(state, PathOf(repository)).Read()
                : null;
        }
        catch (AbfException)
        {
            // Whoever opens the repository says what is wrong there.
            return null;
        }
    }

    private static string PathOf(string repository) => $"heads/{repository}.json";

    /// <summary>
    /// Remembers a head that was read against <see cref="Recall"/>, or that was added to such a one. Of a broken log,
    /// what was remembered stays.
    /// </summary>
    /// <param name="warn">
    /// Gets the reason why the head cannot be remembered (a full disk, another user's file): no reason to read nothing.
    /// </param>
    public void Remember(LogHead head, Action<string> warn)
    {
        if (head.Break is null && _file.TryWrite(head.Remember()) is { } fault)
        {
            warn(fault);
        }
    }
}
