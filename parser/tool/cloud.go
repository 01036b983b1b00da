package tool

import (
	"twokey/parser/effect"
)

// cloudGrammars are the command lines of cloud providers.
func cloudGrammars() []grammar {
	const objectStore = `r/R/recursive f/force q/quiet n/dry-run/dryrun delete d D P v/verbose exclude= include= acl=
		a/alias= config=r c= host= access_key= secret_key= no-check-md5 older-than= newer-than= incomplete versions bypass json insecure debug`
	return []grammar{
		{names: "aws awslocal", style: valued | classified, depth: 2, opts: `profile= region= output= query= endpoint-url=
			debug no-verify-ssl no-paginate no-sign-request no-cli-pager
			color= ca-bundle= cli-read-timeout= cli-connect-timeout= cli-input-json= cli-input-yaml= generate-cli-skeleton=?
				cli-binary-format= cli-auto-prompt no-cli-auto-prompt
			recursive delete dryrun/dry-run force quiet exclude= include= acl= with-decryption force-delete-without-recovery
				command= only-show-errors no-progress follow-symlinks follow exact-timestamps size-only
			parameters= sql= query-string= user-data= skip-final-snapshot no-skip-final-snapshot apply-immediately
				no-follow-symlinks human-readable summarize`,
			verbs: []verb{{path: "configure"}, {path: "configure set"}, {path: "configure get"}, {path: "ec2 wait"}},
			classes: map[effect.Trait]string{
				TraitLocal: `configure|sso login|sso logout|login|logout|eks update-kubeconfig|history|
					codecommit credential-helper|codeartifact login|cloudformation package|s3api wait`,
				TraitSecretRead: `secretsmanager get-secret-value|secretsmanager batch-get-secret-value|kms decrypt|
					sts assume-role|sts assume-role-with-web-identity|sts assume-role-with-saml|sts get-session-token|sts get-federation-token|
					ecr get-login-password|ecr get-authorization-token|ecr-public get-login-password|configure get|
						configure export-credentials|eks get-token|codeartifact get-authorization-token|
						rds generate-db-auth-token|ec2 get-password-data|iam create-access-key|
					redshift get-cluster-credentials|lightsail get-relational-database-master-user-password|
						lightsail download-default-key-pair|cognito-idp describe-user-pool-client|apigateway get-api-keys|
						iot create-keys-and-certificate|sso get-role-credentials|acm export-certificate|
						connect get-federation-token|kms generate-data-key`,
				TraitReads: `configure list|configure list-profiles|logs start-query|logs tail|logs filter-log-events|
					s3 ls|* wait|iam generate-credential-report|iam generate-service-last-accessed-details|
					cloudformation estimate-template-cost|help|athena get-query-results|s3api head-object|s3api head-bucket|
					cloudformation validate-template|cloudformation detect-stack-drift|sts get-caller-identity|
					ssm start-session|translate|comprehend|polly|rekognition detect-labels|pricing`,
				TraitDestroys: `s3 rb|s3 rm|s3 mv|ec2 release-address|ec2 release-hosts|kms schedule-key-deletion|
					organizations close-account|organizations leave-organization|rds failover-db-cluster|
					s3api put-bucket-lifecycle-configuration|cloudformation cancel-update-stack`,
				TraitCreates: `s3 mb|s3 cp|s3 sync|s3 presign|ssm send-command|lambda invoke|sns publish|sqs send-message|ses send-email`,
				TraitMutates: `s3 website|dynamodb execute-statement|dynamodb execute-transaction|dynamodb batch-write-item|
					route53 change-resource-record-sets`,
			}, hook: aws},
		{names: "gcloud", style: valued | untilVerb | classified | grouped | shortHelp, depth: 6,
			skip: "alpha beta preview", opts: `project= account= configuration= format= filter= q/quiet verbosity=
			impersonate-service-account= billing-project= region= zone= location=
			log-http user-output-enabled=? flags-file=r async recursive r/recursive command= force dry-run validate-only
				limit= sort-by= page-size= uri all container= delete-disks= keep-disks= sql= plain tunnel-through-iap
				internal-ip allow-unauthenticated update-env-vars= set-env-vars= source=r
			follow read-time= delete-unmatched-destination-objects delete-all-versions`,
			classes: map[effect.Trait]string{
				TraitLocal: `auth|config|init|components|container clusters get-credentials|
					container fleet memberships get-credentials|topic|survey|feedback|emulators|anthos|app browse|version|
					cheat-sheet|container hub memberships get-credentials|docker-helper configure`,
				TraitSecretRead: `auth print-access-token|auth print-identity-token|
					auth application-default print-access-token|config config-helper|secrets versions access|kms decrypt|
					kms asymmetric-decrypt|iam service-accounts keys create|
					services api-keys get-key-string|sql generate-login-token|auth git-helper|auth docker-helper|artifacts print-settings`,
				TraitReads: `auth list|config list|config get|config get-value|config configurations list|
					config configurations describe|components list|info|help|logging read|app logs|storage ls|storage cat|
					storage du|storage hash|asset search-all-resources|compute ssh|compute connect-to-serial-port|
					sql connect|run services logs|functions logs|storage sign-url|compute start-iap-tunnel|
					projects get-ancestors|builds log`,
				TraitDestroys: `storage rm|storage mv|compute reset-windows-password|compute instances reset|
					sql instances failover|sql backups restore|sql instances restore-backup|sql instances reset-ssl-config|
					sql instances promote-replica|projects undelete|compute disks stop-async-replication|
					kms keys versions destroy|app versions stop|app versions migrate|iam service-accounts keys upload`,
				TraitMutates: `app deploy|run deploy|functions deploy|storage objects update|endpoints services deploy|
					app services set-traffic|run services update-traffic|iam service-accounts add-iam-policy-binding|deploy releases promote`,
				TraitCreates: `builds submit|storage cp|storage rsync|pubsub topics publish|functions call|
					scheduler jobs run|run jobs execute|workflows run|dataproc jobs submit|dataflow jobs run|tasks run|
					compute scp|compute copy-files|ai|endpoints`,
			}, hook: gcloud},
		{names: "gsutil", style: cobra | classified, depth: 1, opts: `m D d=? q o= h= i= u= r/R/recursive n/dry-run a=?
			f/force x= e c C p I U k s= l= b= y= j= J t Z z=`, classes: map[effect.Trait]string{
			TraitReads: `ls|cat|stat|du|hash|version|versioning get|acl get|iam get|help|lifecycle get|cors get|logging get|
				label get|defacl get|notification list|test|perfdiag|signurl|web get|bucketpolicycheck`,
			TraitCreates:  "cp|mb|compose|rsync|notification create|hmac create",
			TraitDestroys: "rm|rb|mv|notification delete|hmac delete|notification stopchannel",
			TraitMutates: `acl ch|acl set|defacl|iam set|iam ch|setmeta|rewrite|lifecycle set|versioning set|cors set|
				logging set|label set|label ch|web set|kms|retention|requesterpays|ubla|bucketpolicyonly|pap|defstorageclass|
				rpo|autoclass`, TraitLocal: "config|update",
		}, verbs: []verb{{path: "cp"}, {path: "rsync", opts: "d/delete"}, {path: "rm"}, {path: "mv"}, {path: "ls"},
			{path: "cat"}, {path: "rb"}, {path: "mb"}}, hook: objects},
		{names: "az", style: valued | untilVerb | classified | grouped | shortHelp, depth: 7, opts: `n/name=
			g/resource-group= o/output= query= subscription= debug verbose only-show-errors y/yes no-wait l/location= u= p=
			s= f= t= d= e= c= v= i= k= m= x= r= force dryrun/dry-run recursive
			scripts= sql= command-id= file=r template-file=r parameters= all what-if purge force-deletion`,
			classes: map[effect.Trait]string{
				TraitLocal: `login|logout|account set|account clear|account logout|config|configure|cloud|extension|bicep|
					acr login|aks get-credentials|aks install-cli|feedback|init|upgrade|interactive|survey|self-test|cache|
					devops configure|devops login|devops logout|ml environment|acr helm repo add|fleet get-credentials|aks browse|rest`,
				TraitSecretRead: `account get-access-token|keyvault secret show|keyvault secret download|
					keyvault secret backup|keyvault key download|keyvault certificate download|storage account keys list|
					storage account show-connection-string|acr credential show|webapp config appsettings list|
					webapp config connection-string list|webapp deployment list-publishing-profiles|
					webapp deployment list-publishing-credentials|functionapp config appsettings list|functionapp keys list|
					functionapp function keys list|
					cosmosdb keys list|cosmosdb list-keys|cosmosdb list-connection-strings|redis list-keys|
						redisenterprise database list-keys|servicebus namespace authorization-rule keys list|
						servicebus queue authorization-rule keys list|eventhubs namespace authorization-rule keys list|
						eventhubs eventhub authorization-rule keys list|iot hub connection-string show|
						iot hub device-identity connection-string show|cognitiveservices account keys list|
						search admin-key show|signalr key list|maps account keys list|batch account keys list|appconfig credential list|
					ad sp create-for-rbac|ad sp credential reset|ad app credential reset|staticwebapp secrets list|
						containerapp secret show|containerapp secret list|storage container generate-sas|
						storage blob generate-sas|storage account generate-sas|acr token credential generate|
						apim nv show-secret|eventgrid topic key list|relay hyco authorization-rule keys list|keyvault key decrypt`,
				TraitReads: `find|version|help|account show|account list|config get|extension list|extension show|
					cloud list|cloud show|deployment group what-if|deployment sub what-if|deployment group validate|
					group export|monitor|* logs|webapp log tail|webapp log show|webapp log download|repos pr list|
					acr check-health|storage blob download|storage blob download-batch|storage fs file download|
					storage file download|graph query|vm list-ip-addresses|costmanagement query|consumption`,
				TraitDestroys: `vm deallocate|vm stop|vm redeploy|vm reimage|vmss reimage|keyvault purge|
					acr repository untag|sql db restore|storage blob delete-batch|webapp deployment slot swap|
					cosmosdb keys regenerate|storage account keys renew|redis force-reboot|redis regenerate-keys|
					postgres flexible-server restart|mysql flexible-server restart|sql failover-group set-primary|
					monitor log-analytics workspace delete|role assignment delete|* delete`,
				TraitMutates: `vm run-command invoke|webapp up|webapp deploy|functionapp deployment|containerapp up|
					aks command invoke|vm run-command create|network dns record-set|monitor action-group update|
					monitor metrics alert update|monitor autoscale update|vm restart`,
				TraitCreates: `storage blob upload|storage blob upload-batch|storage blob copy|storage copy|acr build|
					acr import|acr run|pipelines run|boards|repos pr create|storage blob sync|monitor metrics alert create|
					monitor log-analytics workspace create|monitor autoscale create|monitor action-group create|
					monitor diagnostic-settings create|monitor alert create|monitor activity-log alert create`,
			}, hook: azure},
		{names: "azcopy", style: cobra | classified, depth: 1, opts: `recursive=? delete-destination= dry-run overwrite=
			include-pattern= exclude-pattern= from-to=`,
			classes: map[effect.Trait]string{TraitReads: "list|jobs|env|doc|bench", TraitDestroys: "remove|rm|sync",
				TraitCreates: "copy|cp|make", TraitLocal: "login|logout"}},
		{names: "mc", style: saas, depth: 4, opts: objectStore + " remove fake with-locks", classes: map[effect.Trait]string{
			TraitReads: `ls|cat|head|stat|diff|find|du|tree|admin info|admin user list|admin policy list|watch|ping|ready|
				version info|support|sql|admin top|admin trace|admin console|admin logs|admin prometheus`,
			TraitDestroys: `rm|rb|mv|undo|admin user remove|admin policy remove|admin service stop|admin service restart|
				admin user disable|ilm rule rm|ilm restore|replicate rm|event remove|retention clear|legalhold clear|
				tag remove|admin decommission start|batch`,
			TraitCreates: "cp|mb|mirror|put|pipe|share|admin user add|event add|admin user svcacct add",
			TraitMutates: `anonymous set|policy set|admin config set|ilm rule add|version enable|encrypt set|
				retention set|tag set|admin policy attach|admin update|admin heal|quota set`, TraitLocal: "alias|config|update|get",
			TraitSecretRead: "admin config export|admin cluster iam export|alias export",
		}, hook: objects},
		{names: "s3cmd s5cmd s4cmd ossutil coscmd obsutil b2 cos", style: cobra | classified, depth: 1, opts: objectStore,
			classes: map[effect.Trait]string{
				TraitReads: `ls|la|du|info|cat|get|head|list|download|stat|authorize-account|select|select-object-content|
					multipart|ls-remote|get-file-info|hash`,
				TraitDestroys: `del|rm|rb|mv|delete|delete-file-version|delete-bucket|abortmp|expire|rmdir|cancel-large-file|
					hide-file|delete-key|post|clear-account`,
				TraitCreates: `put|mb|cp|upload|upload-file|sync|mk|pipe|create-bucket|create-key|presign|sign|signurl|copy|copy-file-by-id`,
				TraitMutates: `setacl|setpolicy|delpolicy|setcors|delcors|modify|accesslog|cfcreate|cfmodify|setlifecycle|
					dellifecycle|update-bucket|set-meta|restore`,
				TraitLocal: "config|version|configure",
			}, hook: objects},
		{names: "doctl", style: saas | grouped | valued, depth: 5, opts: `f/force t/access-token= o/output= context=
			c/config=r u/api-url= v/verbose trace interactive no-header format= wait region= size= image= tag-name=`,
			classes: map[effect.Trait]string{
				TraitLocal: `auth|kubernetes cluster kubeconfig|k8s cluster kubeconfig|registry login|registry logout|
				serverless connect|serverless install|sandbox|version`,
				TraitReads: `auth list|account|balance|invoice|apps spec validate|apps logs|projects resources list|
				serverless activations|compute ssh|monitoring|compute region|compute size|serverless status`,
				TraitSecretRead: `auth token|databases connection|db connection|registry docker-config|
				kubernetes cluster kubeconfig show|databases user get|databases get-ca`,
				TraitDestroys: `* d $|* * d $|* * * d $|compute droplet-action power-off|compute droplet-action shutdown|
				compute droplet-action power-cycle|compute droplet-action rebuild|compute droplet-action restore|
				compute droplet-action password-reset|registry garbage-collection start|serverless undeploy|
				serverless namespaces delete|databases user reset|kubernetes cluster node-pool delete-node`,
				TraitMutates: "serverless deploy|compute droplet-action|compute volume-action",
				TraitCreates: "* c $|* * c $|* * * c $|serverless functions invoke",
			}},
		{names: "oci", style: cloud | grouped | shortHelp, depth: 5, opts: `profile= config-file=r compartment-id= region=
			force wait-for-state= auth= output= query= debug all file=r from-json=`,
			classes: map[effect.Trait]string{TraitLocal: "setup|session",
				TraitSecretRead: `secrets secret-bundle get|iam auth-token create|iam customer-secret-key create|
			kms crypto decrypt`, TraitReads: "os object get|raw-request"}},
		{names: "ibmcloud bx", style: saas | grouped, depth: 4, opts: "f/force q/quiet r= g= output= o/output=",
			classes: map[effect.Trait]string{TraitLocal: `login|logout|target|config|plugin|update|api|cr login|
			ks cluster config|ce project select|dev`, TraitSecretRead: `iam oauth-tokens|iam api-key-create|
			resource service-key|sm secret|secrets-manager secret|iam service-api-key-create`,
				TraitReads: "regions|account show|resource groups|cf apps|cf a"}},
		{names: "aliyun tccli volcengine ve hcloud-huawei koocli", style: cloud | shortHelp, depth: 3,
			opts: "profile= region= output= force", classes: map[effect.Trait]string{TraitLocal: "configure|plugin|auto-completion"}},
		{names: "openstack", style: cloud | shortHelp, depth: 4, opts: `os-cloud= os-region-name= f/format= c/column= force
			wait long all-projects flavor= image= network=`, classes: map[effect.Trait]string{TraitSecretRead: `token issue|
			application credential create|ec2 credentials create|secret get|credential show`,
			TraitDestroys: `server rebuild|server shelve|server pause|server suspend|server lock|server evacuate|
			token revoke`, TraitReads: "catalog|endpoint list|limits show"}},
		{names: "linode-cli", style: cloud | shortHelp, depth: 3, opts: `text json all as-user= delimiter= format=
			no-headers pretty markdown region= type= label= root_pass=`,
			classes: map[effect.Trait]string{TraitLocal: "configure|completion|set-user|remove-user|show-users",
				TraitReads: "obj ls|obj du|obj la|obj get|linodes list|regions|account view",
				TraitDestroys: `linodes rebuild|obj rm|obj del|obj rb|images replicate|databases mysql-creds-reset|
			databases postgresql-creds-reset|lke cluster-nodes-recycle|lke pool-recycle|lke node-recycle|
			lke kubeconfig-delete`, TraitSecretRead: `lke kubeconfig-view|databases mysql-creds-view|
			databases postgresql-creds-view|databases postgres-creds|profile token-create|object-storage keys-create|
			databases creds-view`, TraitCreates: "obj put|obj mb|obj cp|obj signurl"}},
		{names: "hcloud", style: saas | grouped, depth: 4, opts: `context= config=r o/output= poll-interval= quiet type=
			image= name= location= q/quiet`, classes: map[effect.Trait]string{TraitLocal: "context|config|completion",
			TraitReads: `server ssh|version|all list|server ip|server metrics|location|datacenter|server-type`,
			TraitDestroys: `server poweroff|server shutdown|server reset|server rebuild|server reset-password|all delete|
			server disable-rescue|server disable-backup|server detach-volume|storage-box rollback-snapshot`,
			TraitSecretRead: "server request-console"}},
		{names: "scw", style: saas | grouped, depth: 4, opts: "p/profile= c/config=r D/debug o/output= w/wait",
			classes: map[effect.Trait]string{TraitLocal: `init|login|config|autocomplete|k8s kubeconfig install|shell|
			registry login|registry install-docker-helper`, TraitSecretRead: `config dump|secret version access|
			secret version access-by-path|k8s kubeconfig get|iam api-key create|rdb user list|
			instance server get-rdp-password`, TraitDestroys: `instance server standby|instance server terminate|
			instance server reboot|k8s cluster reset-admin-token`, TraitReads: "info|config get|config info|instance server ssh|billing"}},
		{names: "vultr-cli vultr", style: saas | grouped, depth: 4, opts: "o/output= config=r api-key= l/label=",
			classes: map[effect.Trait]string{TraitReads: "account|regions|plans|os list|version|instance ipv4 list",
				TraitDestroys: `instance reinstall|instance stop|instance restore|instance os change|instance app change|
			bare-metal halt|bare-metal reinstall|database user reset`,
				TraitSecretRead: "kubernetes config|bare-metal vnc|object-storage regenerate-keys"}},
		{names: `exo civo upctl yc kamatera ovhcloud ionosctl stackit cherryctl metal latitude lsh katapult brev runpodctl
			vastai lambda-cloud modal-cli`, style: saas | grouped, depth: 4,
			opts: "f/force y/yes o/output= z/zone= region= config=r profile= q/quiet",
			classes: map[effect.Trait]string{TraitLocal: "config|login|completion|init|apikey current|auth|account login|account logout",
				TraitSecretRead: `iam create-token|iam key create|iam access-key create|lockbox payload get|kubernetes config|
			compute sks kubeconfig|apikey show|dbaas show|dbaas credential`, TraitReads: "version|status|info"}},
		{names: "eksctl", style: saas, depth: 2, opts: `f/config-file=r r/region= n/name= p/profile= approve wait w force
			cluster= disable-nodegroup-eviction nodes= parallel= include= exclude=`,
			verbs: []verb{{path: "utils write-kubeconfig"}, {path: "utils describe-stacks"}},
			classes: map[effect.Trait]string{TraitLocal: "utils write-kubeconfig|completion|anywhere|version|info",
				TraitReads:   "utils describe-stacks|utils schema|utils describe-addon-versions",
				TraitMutates: "utils|drain|scale|set|unset|associate|disassociate"}},
		{names: "kops", style: saas, depth: 2, opts: "name= state= y/yes cloudonly o/output= v/v= f/filename=r",
			classes: map[effect.Trait]string{TraitLocal: "export|completion|toolbox",
				TraitSecretRead: "get secrets|export kubeconfig|get keypairs", TraitReads: "get|validate|version",
				TraitMutates: `rolling-update|update|edit|replace|upgrade|reconcile|promote|rotate|distrust|trust`}, hook: func(c *call) {
				if !c.has("yes") && !c.cmd.Has(TraitReads) && len(c.cmd.Subcommand) > 0 && (c.cmd.Subcommand[0] == "delete" ||
					c.cmd.Subcommand[0] == "update" || c.cmd.Subcommand[0] == "rolling-update") {
					c.trait(effect.TraitDryRun)
				}
			}},
	}
}
