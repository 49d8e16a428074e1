namespace Edge.Node.WgQuick;

/// <summary>Where the routes to the peers go: <c>Table</c> of wg-quick(8).</summary>
/// <param name="Number">The table; 0 for <see cref="Auto"/> and <see cref="Off"/>.</param>
/// <param name="AddsRoutes">False: the user sets routes by other means.</param>
internal readonly record struct QuickTable(uint Number, bool AddsRoutes)
{
    /// <summary>The main table, and for default routes a table of their own that marked packets do not see.</summary>
    public static QuickTable Auto => new(0, true);

    public static QuickTable Off => new(0, false);

    public bool IsAuto => this == Auto;
}
