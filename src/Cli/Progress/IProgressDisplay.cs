namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>Shows a run while it goes on.</summary>
internal interface IProgressDisplay
{
    /// <summary>
    /// Shows what <paramref name="read"/> gives until <paramref name="work"/> ends; then returns or throws what it did.
    /// </summary>
    Task<T> ShowAsync<T>(Task<T> work, Func<RunSnapshot> read);
}

/// <summary><c>--quiet</c>.</summary>
internal sealed class NoProgress : IProgressDisplay
{
    public Task<T> ShowAsync<T>(Task<T> work, Func<RunSnapshot> read) => work;
}
