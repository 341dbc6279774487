@main struct Finetune { static func main() {} }
