using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Streams;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>For a person: a line with phase, bar, counts, rate and time left, drawn on stderr.</summary>
internal sealed class TerminalProgress(MessageWriter messages, TimeProvider time) : IProgressDisplay
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public async Task<T> ShowAsync<T>(Task<T> work, Func<RunSnapshot> read)
    {
        var line = new LineColumn();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(StandardStreams.Error) }
        );
        messages.Redirect = text => console.WriteLine(text);
        try
        {
            await console
                .Progress()
                .AutoClear(true)
                .Columns(line)
                .StartAsync(async drawing =>
                {
                    // Known to have no end: only then it is drawn again while nothing is counted.
                    drawing.AddTask("run").IsIndeterminate = true;
                    while (!work.IsCompleted)
                    {
                        line.Show(read());
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

    private sealed class LineColumn : ProgressColumn
    {
        private RunSnapshot? _now;
        private int _tick;

        protected override bool NoWrap => true;

        public void Show(RunSnapshot now)
        {
            _now = now;
            _tick++;
        }

        // A column less than there are: some terminals wrap after the last.
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(_now is null ? string.Empty : PlainText.Escape(Line(_now, options.ConsoleSize.Width - 1)))
            {
                Overflow = Overflow.Crop,
            };

        private string Line(RunSnapshot now, int width) => ProgressLine.Of(now, width, _tick);
    }
}
