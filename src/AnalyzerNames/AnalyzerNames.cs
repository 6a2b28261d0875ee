// The analyzers hold a call against the activity that it names, its input and its result (DURABLE2001, DURABLE2002),
// only where these two attributes are known. Flows are no functions: nothing here carries them. They are in an assembly
// of their own, which flows alone are compiled against: a second attribute of this name among the references of the
// cloud host, and its build finds no function.
#pragma warning disable IDE0130 // The analyzers ask for this namespace.
namespace Microsoft.Azure.Functions.Worker;

#pragma warning restore IDE0130

[System.AttributeUsage(System.AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : System.Attribute;

[System.AttributeUsage(System.AttributeTargets.Method)]
public sealed class FunctionAttribute : System.Attribute;
