using AlfrescoBackupFlows.Cli.Output;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>For cron and journald: a line whenever the phase changes, and one every half minute within it.</summary>
internal sealed class LineProgress(MessageWriter messages, TimeProvider time) : IProgressDisplay
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(30);

    public async Task<T> ShowAsync<T>(Task<T> work, Func<RunSnapshot> read)
    {
        (string Phase, string? Detail) shown = default;
        long last = 0;
        while (!work.IsCompleted)
        {
            RunSnapshot now = read();
            bool isNew = shown != (now.Phase, now.Detail);
            if (isNew || time.GetElapsedTime(last) >= Repeat)
            {
                messages.Note(now.ToLine());
                shown = (now.Phase, now.Detail);
                last = time.GetTimestamp();
            }

            await Task.WhenAny(work, Task.Delay(Look, time));
        }

        return await work;
    }
}
