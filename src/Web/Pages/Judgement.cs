using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What a set is worth, in a few words.</summary>
internal static class Judgement
{
    /// <summary>The class of the style and the words.</summary>
    public static (string Class, string Words) Of(SetDocument set) =>
        set.Consistent ? ("good", "consistent")
        : set.Unproven ? ("warn", "not proved")
        : ("bad", $"{Amounts.Count(set.Missing, "required file")} missing");

    public static (string Class, string Words) Of(SetCheckDocument? check) =>
        check switch
        {
            null => ("warn", "never"),
            { Passed: true } => ("good", "passed"),
            _ => ("bad", $"failed, {Amounts.Count(check.Errors, "error")}"),
        };

    /// <summary>
    /// Index, then database, then files, each after the end of the one before: what a restore can bring up from its index.
    /// Null: the set does not have two of them.
    /// </summary>
    public static bool? IsInOrder(PhaseDocument[] phases)
    {
        PhaseDocument[] known =
        [
            .. ((string[])["index", "database", "files"])
                .Select(name => Array.Find(phases, phase => phase.Name == name))
                .OfType<PhaseDocument>(),
        ];
        return known.Length < 2 ? null : known.Zip(known.Skip(1)).All(pair => pair.First.Ended <= pair.Second.Started);
    }
}
