using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Looks every few seconds at what a long piece of work waits for, says so while it lasts, and ends the work where
/// somebody else holds it for longer than the connection allows.
/// </summary>
/// <param name="target">What <see cref="DatabaseConnection.MaxWait"/> and the names in messages are taken from.</param>
/// <param name="tell">Gets a line when a wait is seen, and one a minute while it lasts.</param>
/// <param name="findHolder">Says what is waited for and who holds it, a clause with the way out; null: nobody.</param>
internal sealed class WaitWatch(
    DatabaseConnection target,
    Action<string> tell,
    Func<CancellationToken, Task<string?>> findHolder
)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _maxSilence = target.MaxWait * 2;
    private readonly TimeSpan _lookEvery = TimeSpan.FromTicks(
        Math.Clamp((target.MaxWait / 4).Ticks, TimeSpan.FromMilliseconds(50).Ticks, TimeSpan.FromSeconds(5).Ticks)
    );

    /// <param name="what">The work, for messages: <c>the dump</c>.</param>
    /// <param name="silence">How long nothing has come of it; null where it may be silent for as long as it likes.</param>
    /// <param name="work">Ends when its token is cancelled.</param>
    /// <exception cref="PermanentException">It waited for too long; the message says for whom.</exception>
    public async Task<T> RunAsync<T>(
        string what,
        Func<TimeSpan>? silence,
        Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> working = work(stop.Token);
        var wait = new Wait(target, tell, what);
        while (!await EndsAsync(working, cancellationToken))
        {
            string? why = await LookAsync(working, silence, wait, cancellationToken);
            if (why is null)
            {
                continue;
            }

            await stop.CancelAsync();
            try
            {
                return await working;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new PermanentException(target.Names.Kind, why, e);
            }
        }

        return await working;
    }

    private async Task<bool> EndsAsync(Task working, CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task pause = Task.Delay(_lookEvery, awake.Token);
        bool ended = await Task.WhenAny(working, pause) == working || cancellationToken.IsCancellationRequested;
        await awake.CancelAsync();
        return ended;
    }

    /// <returns>Why the work is to end; null: it may go on.</returns>
    private async Task<string?> LookAsync(
        Task working,
        Func<TimeSpan>? silence,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        if (await FindHolderAsync(working, cancellationToken) is { } holder)
        {
            return wait.Goes(holder, target.MaxWait);
        }

        TimeSpan silent = silence?.Invoke() ?? TimeSpan.Zero;
        if (silent < TimeSpan.FromTicks(Math.Min(TellEvery.Ticks, (_maxSilence / 2).Ticks)))
        {
            wait.IsOver();
            return null;
        }

        const string Nobody =
            "nothing comes of it, and no lock holds it: see the server's load and log, and the tool's process";
        return silent >= _maxSilence ? wait.Ends(Nobody, _maxSilence) : wait.Goes(Nobody, limit: null);
    }

    /// <summary>A server that does not answer the look keeps neither the work from ending nor the limit away.</summary>
    private async Task<string?> FindHolderAsync(Task working, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestLook);
        Task<string?> looking = findHolder(limit.Token);
        await Task.WhenAny(looking, working, Task.Delay(LongestLook * 2, limit.Token));
        return looking.IsCompletedSuccessfully ? await looking : null;
    }

    /// <summary>One wait, from when it was first seen.</summary>
    private sealed class Wait(DatabaseConnection target, Action<string> tell, string what)
    {
        private long? _began;
        private long? _told;

        public void IsOver() => (_began, _told) = (null, null);

        /// <returns>The last word where the limit is passed; else null, and it was reported if it was time.</returns>
        public string? Goes(string why, TimeSpan? limit)
        {
            _began ??= Stopwatch.GetTimestamp();
            if (limit is { } longest && Stopwatch.GetElapsedTime(_began.Value) >= longest)
            {
                return Ends(why, longest);
            }

            if (_told is not { } told || Stopwatch.GetElapsedTime(told) >= TellEvery)
            {
                _told = Stopwatch.GetTimestamp();
                tell($"{target.Place}: {what} waits: {why}");
            }

            return null;
        }

        public string Ends(string why, TimeSpan limit) =>
            $"{target.Names.Url}: {target.Place}: {what} was ended after a wait of {Units(limit)}: {why}; then run it "
            + "again. installation.database.maxWait sets the limit";

        private static string Units(TimeSpan time) =>
            time >= TimeSpan.FromMinutes(1)
                ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min")
                : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
    }
}
