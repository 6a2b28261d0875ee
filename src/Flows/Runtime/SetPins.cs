using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Pins sets, which are then never forgotten.</summary>
public sealed class SetPins(FlowEnvironment environment)
{
    /// <param name="set">An id, or <c>latest</c>.</param>
    /// <returns>The set's id.</returns>
    /// <exception cref="PermanentException">
    /// Configuration: there is no such set, or it was forgotten meanwhile. Storage: the log cannot be written to, and a
    /// forget that is at work just now may not see the pin, which is there.
    /// </exception>
    public async Task<string> PinAsync(string set, string reason, CancellationToken cancellationToken)
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        SetSummary found = InstallationSets.Find(head, environment.Options.Installation.Name, set) ?? throw NoSuch(set);
        SetMarks marks = await environment.OpenMarksAsync(cancellationToken);
        await marks.PinAsync(found.Id, new Pin(reason, environment.Time.GetUtcNow()), cancellationToken);

        // A forget that looked at the pins before this one was there finds this entry where its own was to stand, and looks
        // again; or its entry came first.
        head = await repository.Log.AppendBarrierAsync(state => state.FindSet(found.Id) is not null, cancellationToken);
        await environment.Repository.RememberHeadAsync(cancellationToken);
        if (head.State.FindSet(found.Id) is null)
        {
            await marks.UnpinAsync(found.Id, cancellationToken);
            throw NoSuch($"{found.Id} (it was forgotten just now)");
        }

        return found.Id.ToString();
    }

    /// <returns>False: it was not pinned.</returns>
    public async Task<bool> UnpinAsync(string set, CancellationToken cancellationToken)
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        RunId id =
            InstallationSets.Find(head, environment.Options.Installation.Name, set)?.Id
            ?? (RunId.TryParse(set, out RunId gone) ? gone : throw NoSuch(set));
        SetMarks marks = await environment.OpenMarksAsync(cancellationToken);
        return await marks.UnpinAsync(id, cancellationToken);
    }

    private static PermanentException NoSuch(string set) =>
        new(ErrorKind.Configuration, $"there is no set '{set}': 'abf sets' lists what there is");
}
