package constructs

// narrowTable names the functions that do less to the table than the rest.
var narrowTable = map[string][]string{}
