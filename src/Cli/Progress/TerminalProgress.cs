using AlfrescoBackupFlows.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>For a person: phase, bar, counts, rate and time left, drawn on stderr.</summary>
internal sealed class TerminalProgress(MessageWriter messages, TimeProvider time) : IProgressDisplay
{
    // With the counts beside it, it fits into 110 columns.
    private const int BarWidth = 16;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public async Task<T> ShowAsync<T>(Task<T> work, Func<RunSnapshot> read)
    {
        var counts = new CountsColumn();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }
        );
        messages.Redirect = line => console.WriteLine(line);
        try
        {
            await console
                .Progress()
                .AutoClear(true)
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn { Width = BarWidth },
                    counts
                )
                .StartAsync(async drawing =>
                {
                    ProgressTask bar = drawing.AddTask("start");
                    while (!work.IsCompleted)
                    {
                        counts.Now = read();
                        Draw(bar, counts.Now);
                        await Task.WhenAny(work, Task.Delay(Look, time));
                    }
                });
        }
        finally
        {
            messages.Redirect = null;
        }

        return await work;
    }

    private static void Draw(ProgressTask bar, RunSnapshot now)
    {
        string label = now.Detail is null ? now.Phase : $"{now.Phase} ({now.Detail})";
        bar.Description = Markup.Escape(label);
        bar.IsIndeterminate = now.Fraction is null;
        bar.Value = (now.Fraction ?? 0) * bar.MaxValue;
    }

    private sealed class CountsColumn : ProgressColumn
    {
        public RunSnapshot? Now { get; set; }

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(Now?.Counts() ?? string.Empty);
    }
}
