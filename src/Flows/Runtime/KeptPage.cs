using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// A result page that the history keeps, and no store: of an activity that stored nothing new, whose page no set leans on.
/// </summary>
/// <param name="Name">The name that the page would have.</param>
/// <param name="Json">The result, UTF-8.</param>
public sealed record KeptPage(string Name, byte[] Json);

/// <summary>The input of an activity that reads such pages.</summary>
internal interface IKeptPages
{
    /// <summary>Default where there are none.</summary>
    ImmutableArray<KeptPage> Pages { get; }
}

/// <summary>The input of an activity whose page may be kept in the history.</summary>
internal interface IKeepsPage
{
    /// <summary>The most bytes that the history has room for; 0: the page is stored.</summary>
    int Room { get; }
}

/// <summary>The result of one.</summary>
internal interface IKept<out TSelf>
{
    /// <summary>The whole result; null where its page is stored.</summary>
    byte[]? Page { get; }

    TSelf WithPage(byte[] page);
}
