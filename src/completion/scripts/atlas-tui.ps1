# Completion of atlas-tui in PowerShell.
Register-ArgumentCompleter -Native -CommandName 'atlas-tui' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
        })
    $words += $wordToComplete.Trim("'", '"')
    (($words + '') -join [char]0) | & (Get-Command -CommandType Application -Name 'atlas-tui')[0] __complete powershell 2>$null | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
