package tool

import (
	"slices"
	"strings"
	"testing"

	"twokey/parser/effect"
)

// byClass are commands by the class trait that they must have.
var byClass = map[effect.Trait]string{
	TraitReads: `
		aws s3 ls s3://logs/2024/
		aws --region eu-west-1 --output json ec2 describe-vpcs
		aws sts get-caller-identity
		aws logs tail /aws/lambda/f --follow
		aws s3 cp s3://logs/a.gz .
		aws dynamodb query --table-name t --key-condition-expression k
		aws ec2 wait instance-running --instance-ids i-1
		aws iam simulate-principal-policy --policy-source-arn a --action-names b
		aws cloudformation validate-template --template-body file://t.yaml
		aws rds describe-db-snapshots
		aws s3api head-object --bucket b --key k
		aws s3api list-objects-v2 --bucket b
		aws athena get-query-results --query-execution-id i
		aws glue batch-get-jobs --job-names a
		aws ce get-cost-forecast
		aws configservice select-resource-config --expression x
		aws route53 test-dns-answer --hosted-zone-id z
		gcloud compute zones list
		gcloud beta run revisions describe r
		gcloud logging read 'severity>=ERROR' --limit 5
		gcloud container images list-tags gcr.io/p/i
		gcloud iam roles describe roles/viewer
		gcloud storage ls gs://b
		gcloud storage cp gs://b/o .
		gcloud compute backend-services get-health web
		gcloud app logs tail -s default
		gcloud sql backups list -i db
		gcloud builds log b1
		gcloud container operations list
		gcloud dns record-sets list -z z
		gsutil ls -l gs://b
		gsutil cp gs://b/o ./o
		gsutil du -s gs://b
		az account show
		az account list-locations -o table
		az vm list -d
		az group exists -n rg
		az webapp log tail -n web -g rg
		az monitor metrics list --resource r
		az monitor activity-log list
		az role assignment list --assignee a
		az aks get-versions -l westeurope
		az storage blob list -c c --account-name a
		az storage blob download -c c -n b -f f --account-name a
		az acr repository show-tags -n r --repository i
		az network vnet subnet list -g rg --vnet-name v
		az deployment group what-if -g rg -f main.bicep
		doctl compute droplet list
		doctl account get
		doctl apps logs a
		doctl databases pool get d p
		linode-cli linodes list
		linode-cli regions list
		hcloud server list
		hcloud server describe web
		scw instance server list
		oci compute instance list --compartment-id c
		ibmcloud resource groups
		openstack server show web
		openstack image list
		eksctl get cluster
		mc ls play/b
		mc admin info play
		rclone ls r:b
		rclone size r:b
		s3cmd ls s3://b
		kubectl get pods -A -o wide
		kubectl get secret
		kubectl logs -f deploy/web --tail=5
		kubectl rollout status deploy/web
		kubectl auth can-i delete pods
		kubectl config view
		kubectl diff -f x.yaml
		helm history web
		helm template ./c
		helm get values web
		argocd app diff web
		argocd app list
		flux get kustomizations
		istioctl analyze
		istioctl proxy-status
		velero backup describe b
		nomad job status web
		consul members
		consul kv get a/b
		terraform plan -out=p
		terraform state list
		terraform output
		tofu validate
		pulumi preview --diff
		pulumi stack ls
		cdk diff
		cdk synth Stack
		sam validate
		serverless info
		packer validate t.pkr.hcl
		gh pr view 12 --comments
		gh pr checks
		gh pr diff 3
		gh run view 1 --log
		gh run watch
		gh search repos cli
		gh release download v1
		gh auth status
		gh workflow view ci
		glab mr list
		glab ci status
		glab repo search -s x
		heroku ps -a web
		heroku logs --tail
		heroku pg:info
		heroku releases
		fly status -a web
		fly logs
		fly machine list
		fly secrets list
		vercel ls
		vercel logs web.example
		vercel whoami
		vercel env ls
		vercel inspect web.example
		netlify status
		netlify sites:list
		railway status
		railway logs
		supabase projects list
		supabase functions list
		neonctl branches list
		neonctl projects get p
		wrangler whoami
		wrangler tail
		wrangler d1 list
		wrangler deployments list
		wrangler r2 object get b/k
		firebase projects:list
		firebase functions:log
		stripe customers list --limit 3
		stripe charges retrieve ch_1
		stripe logs tail
		doppler configs
		sentry-cli releases list
		sentry-cli info
		confluent kafka topic list
		confluent kafka cluster describe
		rpk topic list
		nats stream info S
		nats kv get B k
		vault status
		vault kv list secret/
		vault policy read p
		op vault list
		bq ls
		bq show d.t
		influx bucket list
		etcdctl get a
		etcdctl member list
		launchdarkly flags list
		auth0 apps list
		okta apps list
		algolia indices list
		fastly service list
		cloudflared tunnel list
		dokku apps:list
		cf apps
		cf logs web --recent
		eb status
		eb health
		eb logs
		eb list
		aiven service list
		atlas clusters list
		atlas clusters describe c
		planetscale branch list db
		pscale branch list db
		tailscale status
		tailscale netcheck
		jira issue list
		jira issue view A-1
		jf rt search r/x`,
	TraitSecretRead: `
		aws secretsmanager get-secret-value --secret-id s
		aws ssm get-parameters --names a --with-decryption
		aws ecr get-login-password
		aws configure get aws_secret_access_key
		aws kms decrypt --ciphertext-blob fileb://x
		gcloud auth application-default print-access-token
		gcloud secrets versions access latest --secret=s
		gcloud auth print-identity-token
		az account get-access-token
		az keyvault secret show -n s --vault-name v
		az storage account keys list -n a
		az acr credential show -n r
		az webapp config appsettings list -n w -g rg
		doctl auth token
		doctl databases connection db-1
		kubectl get secret db -o jsonpath={.data.password}
		kubectl get secrets -o json -A
		kubectl create token sa
		kubectl config view --raw
		terraform output -json
		terraform state pull
		pulumi stack export
		pulumi stack output --show-secrets
		gh auth token
		gh auth status --show-token
		glab variable get TOKEN
		heroku config:get DATABASE_URL -a web
		heroku pg:credentials:url
		fly tokens create deploy
		fly auth token
		vercel env pull
		netlify env:get KEY
		railway variables --kv
		neonctl connection-string
		firebase login:ci
		doppler secrets download --no-file --format env
		vault kv get secret/db
		vault read database/creds/app
		vault token create
		op read op://v/i/password
		op item get Login --fields password
		bw get password x
		pass show mail/work
		gopass show x
		infisical secrets get KEY
		argocd account generate-token
		supabase projects api-keys --project-ref r
		upstash auth token`,
	TraitDestroys: `
		aws s3 rm s3://logs/a --recursive
		aws s3 mv s3://a/k s3://b/k
		aws s3 sync . s3://site --delete
		aws ec2 stop-instances --instance-ids i-1
		aws rds delete-db-instance --db-instance-identifier d --skip-final-snapshot
		aws ecr batch-delete-image --repository-name r --image-ids imageTag=a
		aws lambda remove-permission --function-name f --statement-id s
		aws iam detach-role-policy --role-name r --policy-arn p
		aws ec2 disassociate-address --association-id a
		aws ec2 revoke-security-group-ingress --group-id g
		aws ec2 release-address --allocation-id a
		aws cognito-idp admin-delete-user --user-pool-id p --username u
		aws autoscaling suspend-processes --auto-scaling-group-name g
		aws sqs purge-queue --queue-url q
		aws workmail deregister-from-work-mail --entity-id e
		aws cloudtrail stop-logging --name t
		aws guardduty disassociate-members --detector-id d
		gcloud compute disks delete d --zone z
		gcloud compute instances stop web
		gcloud sql databases delete app -i db
		gcloud alpha storage buckets delete gs://b
		gcloud storage rm -r gs://b
		gcloud projects remove-iam-policy-binding p --member m --role r
		gcloud services disable compute.googleapis.com
		gcloud kms keys versions destroy 1 --key k
		gcloud container clusters delete c
		gcloud pubsub topics delete t
		gcloud firestore databases delete --database=d
		gcloud compute firewall-rules delete f
		gsutil rm gs://b/o
		gsutil rsync -d -r src gs://b
		az group delete -n rg --yes
		az vm deallocate -n v -g rg
		az storage blob delete-batch -s c
		az keyvault purge -n v
		az ad app delete --id i
		az network public-ip delete -n p -g rg
		az role assignment delete --assignee a
		az sql db delete -n d -s s -g rg
		az cosmosdb sql database delete -a a -n n
		az lock delete -n l
		az cognitiveservices account commitment-plan delete -g g -n n
		doctl compute droplet delete 1 -f
		doctl compute droplet d 1
		doctl kubernetes cluster delete c
		doctl kubernetes c delete c
		doctl databases rm d
		linode-cli linodes delete 1
		linode-cli lke cluster-delete 1
		linode-cli object-storage buckets delete c b
		hcloud server delete web
		hcloud volume delete v
		scw instance server terminate s
		vultr-cli instance delete i
		openstack server delete web
		oci os bucket delete --name b
		eksctl delete cluster -n c
		mc rb --force play/b
		mc rm --recursive play/b
		mc admin user remove play u
		rclone purge r:b
		rclone delete r:b
		rclone sync a r:b
		borg delete repo::a
		borg prune -d 7 repo
		restic forget --prune
		velero backup delete b
		velero restore delete r
		kubectl delete deploy/web
		kubectl drain n1 --ignore-daemonsets
		kubectl scale deploy/web --replicas=0
		kubectl apply -f x --prune
		oc delete project p
		helm uninstall web
		helm rollback web 1
		argocd app delete web
		flux delete kustomization k
		nomad job stop web
		consul kv delete -recurse a
		terraform destroy -target=a.b
		terraform state rm a.b
		terraform workspace delete w
		terraform apply -destroy
		terragrunt run --all destroy
		terragrunt run -- destroy
		pulumi destroy --yes
		pulumi stack rm dev
		cdk destroy Stack
		serverless remove --stage dev
		sam delete
		gh repo delete a/b --yes
		gh release delete v1
		gh secret delete TOKEN
		gh secret remove TOKEN
		gh run delete 1
		gh issue delete 1
		gh pr close 1
		gh cache delete --all
		gh codespace delete -c x
		gh cs delete --all
		gh gist delete g
		gh label delete bug
		gh ssh-key delete 1
		glab repo delete a/b
		glab release delete v1
		glab variable delete K
		heroku apps:destroy -a web --confirm web
		heroku pg:reset
		heroku addons:destroy x
		heroku config:unset KEY
		heroku releases:rollback v3
		heroku ps:stop web.1
		fly apps destroy web
		fly volumes delete v
		fly vol destroy v
		fly machine destroy m --force
		fly secrets unset A
		vercel remove web
		vercel env rm A production
		vercel domains rm example.com
		netlify sites:delete s
		netlify env:unset A
		railway down
		railway volume delete
		supabase projects delete p
		supabase secrets unset A
		supabase db reset --linked
		neonctl projects delete p
		neonctl branches delete b
		wrangler delete
		wrangler d1 delete db
		wrangler r2 bucket delete b
		wrangler secret delete A
		wrangler kv namespace delete --namespace-id n
		wrangler pages project delete p
		firebase firestore:delete --all-collections
		firebase hosting:disable
		stripe subscriptions cancel sub_1
		stripe delete /v1/customers/c
		doppler secrets delete A
		sentry-cli releases delete v1
		confluent kafka topic delete t
		rpk topic delete t
		nats stream rm S
		nats stream purge S
		rabbitmqctl delete_user u
		rabbitmqctl purge_queue q
		vault kv destroy -versions=1 secret/a
		vault secrets disable kv/
		vault lease revoke -prefix x
		vault operator seal
		op item delete x
		op vault delete v
		bq rm -f d.t
		influx bucket delete -n b
		etcdctl del a --prefix
		kafka-topics.sh --bootstrap-server b --delete --topic t
		turso db destroy d
		algolia indices clear i
		fastly service delete --service-id s
		dokku apps:destroy a
		cf delete web -f
		cf delete-org o
		eb terminate
		aiven service terminate s
		avn service terminate s
		atlas clusters delete c
		pscale database delete d
		cloudflared tunnel delete t
		auth0 apps delete i
		jira issue delete A-1
		jenkins-cli -s http://ci delete-job j
		unleash projects delete p
		apigeecli apis delete -n a
		newrelic entity tags delete
		aliyun ecs DeleteInstance --InstanceId i
		tccli cvm TerminateInstances --InstanceIds i
		docker volume rm v
		docker system prune -af
		docker rmi i
		podman rm -f c
		docker compose down -v
		docker swarm leave --force
		ctr containers rm c
		virsh undefine vm
		minikube delete
		kind delete cluster
		crane delete r/i
		gpg --delete-secret-keys K`,
	TraitCreates: `
		aws ec2 run-instances --image-id a
		aws s3 mb s3://b
		aws s3 cp a s3://b/
		aws lambda invoke --function-name f out.json
		aws sns publish --topic-arn t --message m
		gcloud compute instances create web
		gcloud builds submit --tag gcr.io/p/i
		gcloud storage cp a gs://b
		az group create -n rg -l l
		az vm create -n v -g rg
		doctl compute droplet create d
		kubectl create ns x
		kubectl run x --image=y
		helm install web ./c
		gh pr create --fill
		gh issue comment 1 -b hi
		gh repo create a/b --public
		gh workflow run ci
		heroku create web
		fly launch
		fly volumes create v
		stripe charges create
		nats pub s m
		vercel domains buy example.com`,
	TraitMutates: `
		aws ec2 modify-instance-attribute --instance-id i
		aws s3api put-bucket-policy --bucket b --policy p
		aws ecs update-service --cluster c --service s
		aws route53 change-resource-record-sets --hosted-zone-id z
		aws ec2 reboot-instances --instance-ids i
		gcloud app deploy
		gcloud run deploy web --image i
		gcloud projects set-iam-policy p f
		gcloud run services update web
		az vm restart -n v -g rg
		az webapp config appsettings set -n w --settings A=b
		kubectl apply -f x
		kubectl rollout restart deploy/web
		kubectl patch svc s -p x
		kubectl cordon n1
		helm upgrade web ./c
		argocd app sync web
		terraform apply -auto-approve
		terraform import a.b c
		pulumi up -y
		cdk deploy
		serverless deploy
		gh pr merge 1 --squash
		gh secret set A
		gh repo edit --visibility public
		heroku config:set A=b
		heroku ps:scale web=2
		fly deploy
		fly secrets set A=b
		fly scale count 2
		vercel --prod
		vercel deploy
		netlify deploy --prod
		railway up
		railway variables --set A=b
		supabase db push
		supabase secrets set A=b
		wrangler deploy
		wrangler secret put A
		firebase deploy
		vault kv put secret/a b=c
		vault write a b=c
		etcdctl put a b`,
	TraitLocal: `
		aws configure set region eu-west-1
		aws sso login
		aws eks update-kubeconfig --name c
		gcloud config set project p
		gcloud auth login
		gcloud container clusters get-credentials c
		gcloud components update
		az login
		az account set -s s
		az aks get-credentials -n c -g rg
		doctl auth init
		kubectl config use-context c
		helm repo add a https://a.example
		helm dependency update
		terraform init -upgrade
		terraform fmt
		gh auth login
		gh repo clone a/b
		gh pr checkout 1
		gh config set editor vim
		heroku login
		fly auth login
		vercel dev
		vercel build
		vercel link
		netlify dev
		railway link
		supabase start
		supabase gen types typescript --local
		supabase db reset
		wrangler dev
		wrangler types
		firebase emulators:start
		stripe listen --forward-to localhost:3000
		stripe login
		pulumi login
		pulumi stack select dev
		cdk init app
		argocd login host`,
}

func TestClass(t *testing.T) {
	for want, lines := range byClass {
		for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
			line = strings.TrimSpace(line)
			command := translate(line).Effects[0].Command
			if !command.Has(want) {
				t.Errorf("%s: traits %v, want %s (subcommand %q)", line, command.Traits, want, command.Subcommand)
			}
			for other := range byClass {
				if other != want && command.Has(other) && !slices.Contains([]effect.Trait{TraitReads, TraitLocal}, want) {
					t.Errorf("%s: traits %v, want only %s", line, command.Traits, want)
				}
			}
		}
	}
}
