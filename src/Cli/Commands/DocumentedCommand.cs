using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>A command whose help ends with an example and the exit codes that it has.</summary>
/// <param name="example">As it is typed.</param>
/// <param name="exitCodes">Besides 1 (unexpected), which any may have.</param>
internal sealed class DocumentedCommand(string name, string description, string example, params int[] exitCodes)
    : Command(name, description)
{
    public string Example => example;

    /// <summary>What its codes mean, in one line each; other than those of the one table where other programs have
    /// laid them down.</summary>
    public Func<int, string> Meaning { get; set; } = ExitCodes.Meaning;

    /// <summary>Of a command line that it does not understand.</summary>
    public int UsageCode { get; set; } = ExitCodes.Usage;

    /// <summary>All of them, in order.</summary>
    public IEnumerable<int> Codes => exitCodes.Append(ExitCodes.Unexpected).Order();

    /// <summary>Gives the documented commands beneath this one their help.</summary>
    public static void Complete(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new LongHelp((HelpAction)help.Action!);
    }

    private void WriteEnd(TextWriter output)
    {
        output.WriteLine("Example:");
        output.WriteLine($"  {Example}");
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (int code in Codes)
        {
            output.WriteLine($"  {code, -5}{Meaning(code)}");
        }

        output.WriteLine();
    }

    private sealed class LongHelp(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = usual.Invoke(parseResult);
            (parseResult.CommandResult.Command as DocumentedCommand)?.WriteEnd(
                parseResult.InvocationConfiguration.Output
            );
            return code;
        }
    }
}
